// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A forward pass by ONNX Runtime, for steps.py. Reads numbers of repetitions
// and answers with the seconds of CPU time that these took.
//   node forward.js FOLDER MODEL DATA KIND SHAPE

const fs = require('fs');
const path = require('path');
const readline = require('readline');

const [folder, model, data, kind, shape] = process.argv.slice(2);
const ort = require(path.resolve(folder, 'node_modules/onnxruntime-node'));

function seconds() {
  const usage = process.cpuUsage();
  return 1e-6 * (usage.user + usage.system);
}

async function main() {
  const session = await ort.InferenceSession.create(
      model, {intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all'});
  const bytes = fs.readFileSync(data);
  const memory = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const values = kind === 'int64' ? new BigInt64Array(memory) : new Float32Array(memory);
  const feeds = {x: new ort.Tensor(kind, values, shape.split(',').map(Number))};
  for await (const line of readline.createInterface({input: process.stdin})) {
    const began = seconds();
    for (let i = 0; i < Number(line); ++i)
      await session.run(feeds);
    console.log(seconds() - began);
  }
}

main();
