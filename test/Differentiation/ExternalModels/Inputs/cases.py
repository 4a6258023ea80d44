# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What to do with a file of functions in which `test.op` names the operation
that a function is a test of.

usage: cases.py planted FILE      one wrong rule at a time: pc-gradient-test has to
                                  find it by two witnesses
       cases.py lint FILE FOLDER  every operation that the sources in FOLDER
                                  attach a model to has its function
"""

import pathlib
import re
import subprocess
import sys
import tempfile

MARK = r'attributes \{test\.op = "([\w.]+)"\}'


def functions(path):
    for text in pathlib.Path(path).read_text().split("\nfunc.func ")[1:]:
        yield re.search(MARK, text)[1], "func.func " + text.split("\n//")[0]


def check_planted(path):
    failures = count = 0
    for op, text in functions(path):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "case.mlir"
            file.write_text(re.sub(MARK, "attributes {test.planted}", text))
            planted = subprocess.run(["pc-opt", file, f"-pc-plant-fault=op={op}",
                                      "-allow-unregistered-dialect"],
                                     capture_output=True, text=True, check=True).stdout
            file.write_text(re.sub(r"(?m)^module.*\{$|^\}$", "", planted))
            found = subprocess.run(["pc-gradient-test", file], capture_output=True, text=True)
        print(found.stdout.splitlines()[0] if found.stdout else f"FAIL {op}: {found.stderr}")
        failures += found.returncode != 0
        count += 1
    print(f"{count} functions, {failures} failures")
    return failures != 0


def lint(path, folder):
    text = "".join(p.read_text() for p in sorted(pathlib.Path(folder).glob("*.cpp")))
    models = {f"{dialect}." + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
              for dialect, name in re.findall(r"(\w+)::(\w+)Op::attachInterface<", text.replace("UnPack", "Unpack"))}
    tested = {op for op, _ in functions(path)}
    missing = sorted(models - tested)
    print("\n".join(f"{op}: expected a function" for op in missing)
          or f"no problems in {len(models)} operations")
    return bool(missing)


sys.exit(check_planted(*sys.argv[2:]) if sys.argv[1] == "planted" else lint(*sys.argv[2:]))
