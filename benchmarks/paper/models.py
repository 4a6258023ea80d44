# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The networks of the paper in PyTorch, and their export to ONNX.

An export comes with its cut points: the nodes after which a vertex ends, so
that the vertices are those of the paper (a layer, a step in time, a gate).
"""

import dataclasses
import math
import re

import onnx
import torch
from torch import nn
from torch.nn import functional


@dataclasses.dataclass
class Export:
    path: str
    cuts: list


def normal(*shape, deviation):
    return nn.Parameter(torch.randn(*shape) * deviation)


class CNN(nn.Module):
    """Two convolutions, three fully connected layers, no biases; the weights
    are drawn from N(0, 0.05) as in the paper's code."""

    CUTS = r"/(Relu|MaxPool)(_\d+)?"

    def __init__(self, shape=(3, 32, 32), classes=10, deviation=0.05):
        super().__init__()
        channels, height, width = shape
        self.conv1 = normal(6, channels, 5, 5, deviation=deviation)
        self.conv2 = normal(16, 6, 5, 5, deviation=deviation)
        side = [((s - 4) // 2 - 4) for s in (height, width)]
        self.fc1 = normal(16 * side[0] * side[1], 200, deviation=deviation)
        self.fc2 = normal(200, 150, deviation=deviation)
        self.fc3 = normal(150, classes, deviation=deviation)

    def forward(self, image):
        x = functional.relu(functional.conv2d(image, self.conv1))
        x = functional.max_pool2d(x, 2)
        x = functional.relu(functional.conv2d(x, self.conv2)).flatten(1)
        x = functional.relu(x @ self.fc1)
        x = functional.relu(x @ self.fc2)
        return x @ self.fc3


def one_hot(ids, letters):
    """Rows of zeros where an id is no letter."""
    return (ids.unsqueeze(-1) == torch.arange(letters)).float()


class Step(nn.Module):
    def __init__(self, letters, hidden, deviation):
        super().__init__()
        self.w_x = normal(letters, hidden, deviation=deviation)
        self.w_h = normal(hidden, hidden, deviation=deviation)

    def forward(self, x, h, t):
        return torch.tanh(x[:, t] @ self.w_x + h @ self.w_h)


class RNN(nn.Module):
    """Reads a word letter by letter and names its language at the end. Without
    biases and from h = 0, letters that are none change nothing before the
    first one: a short word is padded in front."""

    CUTS = r"/Cast(_\d+)?|/step(_\d+)?/Tanh"

    def __init__(self, letters, steps, hidden, classes):
        super().__init__()
        deviation = 0.8 / math.sqrt(hidden)  # 0.05 at the paper's width of 256
        self.letters, self.steps, self.hidden = letters, steps, hidden
        self.step = Step(letters, hidden, deviation)
        self.w_y = normal(hidden, classes, deviation=deviation)

    def forward(self, word):
        x = one_hot(word, self.letters)
        h = torch.zeros(word.shape[0], self.hidden)
        for t in range(self.steps):
            h = self.step(x, h, t)
        return h @ self.w_y


class Gate(nn.Module):
    def __init__(self, letters, hidden, deviation, activation):
        super().__init__()
        self.activation = activation
        self.w_x = normal(letters, hidden, deviation=deviation)
        self.w_h = normal(hidden, hidden, deviation=deviation)
        # Equal initial values would become one shared initializer.
        self.b = normal(hidden, deviation=deviation)

    def forward(self, x, h, t):
        return self.activation(x[:, t] @ self.w_x + h @ self.w_h + self.b)


class Memory(nn.Module):
    def forward(self, forget, c, write, candidate):
        return forget * c + write * candidate


class Hidden(nn.Module):
    def forward(self, output, c):
        return output * torch.tanh(c)


class LSTM(nn.Module):
    """Guesses the next character at every position. Gates, memory and hidden
    state of each step are vertices, as in the paper's code."""

    CUTS = (r"/Cast(_\d+)?|/(forget|write|output)(_\d+)?/Sigmoid|"
            r"/candidate(_\d+)?/Tanh|/memory(_\d+)?/Add|/hidden(_\d+)?/Mul")

    def __init__(self, letters, steps, hidden):
        super().__init__()
        deviation = 0.8 / math.sqrt(hidden)
        self.letters, self.steps, self.width = letters, steps, hidden
        self.forget = Gate(letters, hidden, deviation, torch.sigmoid)
        self.write = Gate(letters, hidden, deviation, torch.sigmoid)
        self.candidate = Gate(letters, hidden, deviation, torch.tanh)
        self.output = Gate(letters, hidden, deviation, torch.sigmoid)
        self.memory, self.hidden = Memory(), Hidden()
        self.w_y = normal(hidden, letters, deviation=deviation)
        self.b_y = normal(letters, deviation=deviation)

    def forward(self, text):
        x = one_hot(text, self.letters)
        h = torch.zeros(text.shape[0], self.width)
        c = torch.zeros(text.shape[0], self.width)
        states = []
        for t in range(self.steps):
            gates = [gate(x, h, t) for gate in
                     (self.forget, self.write, self.candidate, self.output)]
            c = self.memory(gates[0], c, gates[1], gates[2])
            h = self.hidden(gates[3], c)
            states.append(h)
        return (torch.stack(states, 1) @ self.w_y + self.b_y).transpose(1, 2)


def export(model, batch, name, path):
    """Writes `model` for batches like `batch`, its input called `name`."""
    torch.onnx.export(model, batch, path, input_names=[name], output_names=["logits"],
                      opset_version=14)
    nodes = [node.name for node in onnx.load(path).graph.node]
    cuts = [node for node in nodes if re.fullmatch(model.CUTS, node)]
    if not cuts:
        raise RuntimeError(f"{path}: no node matches {model.CUTS}")
    return Export(path, cuts)
