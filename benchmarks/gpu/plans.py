# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Plans of hand-written shaders, and libpc_vulkan to run any plan.

The bytes are those of lib/Target/Vulkan/Plan/Encode.cpp, the functions those of
include/pc/Target/Vulkan/Runtime/pc_vulkan.h.
"""

import ctypes
import dataclasses
import pathlib
import re
import struct
import subprocess

import numpy as np

VERSION = 5
KINDS = {"float32": 2, "int64": 11}
ALIGNMENT = 64
BARRIERS = {None: 0, "execution": 1, "memory": 2}


@dataclasses.dataclass
class Buffer:
    """Memory of a plan: an argument, a result, or neither."""
    shape: tuple
    side: str = "arena"
    name: str = ""
    dtype: str = "float32"
    offset: int = 0

    @property
    def bytes(self):
        return int(np.prod(self.shape)) * np.dtype(self.dtype).itemsize


@dataclasses.dataclass
class Dispatch:
    shader: str
    grid: tuple
    operands: list  # buffers, those that are written as (buffer, "w") or (buffer, "rw")
    barrier: str = None


def compile_shader(path, folder, defines):
    """SPIR-V of a GLSL shader; its workgroup size and the bytes that a workgroup shares; whether it takes addresses."""
    name = "_".join([path.stem, *(f"{k}{v}" for k, v in defines.items())])
    out = folder / f"{name}.spv"
    subprocess.run(["glslangValidator", "--quiet", "--target-env", "vulkan1.2", "-V", path, "-o", out,
                    *(f"-D{k}={v}" for k, v in defines.items())], check=True)
    subprocess.run(["spirv-opt", "-O", out, "-o", out], check=True)
    words = out.read_bytes()
    text = subprocess.run(["spirv-dis", out], check=True, capture_output=True, text=True).stdout
    return words, (*map(int, re.search(r"LocalSize (\d+) (\d+) (\d+)", text).groups()), shared_bytes(text)), "PhysicalStorageBufferAddresses" in text


def shared_bytes(text):
    """Of the variables that a workgroup has in common, from disassembled SPIR-V."""
    bytes, constants, total = {}, {}, 0
    for name, op, rest in re.findall(r"(%\w+) = Op(\w+) (.*)", text):
        words = rest.split()
        if op in ("TypeFloat", "TypeInt"):
            bytes[name] = int(words[0]) // 8
        elif op == "Constant" and words[1].isdigit():
            constants[name] = int(words[1])
        elif op == "TypeVector":
            bytes[name] = bytes[words[0]] * int(words[1])
        elif op == "TypeArray" and words[0] in bytes:
            bytes[name] = bytes[words[0]] * constants[words[1]]
        elif op == "TypePointer" and words[0] == "Workgroup":
            bytes[name] = bytes[words[1]]
        elif op == "Variable" and words[1] == "Workgroup":
            total += bytes[words[0]]
    return total


def flat(raw, count):
    return struct.pack("<Q", count) + raw


def encode(buffers, shaders, dispatches):
    """`shaders` by name: what compile_shader returned. The entry point is main."""
    end = 0
    for buffer in buffers:
        buffer.offset = end
        end += -(-buffer.bytes // ALIGNMENT) * ALIGNMENT
    span = lambda b: struct.pack("<QQ", b.offset, b.bytes)
    port = lambda b: (flat(b.name.encode(), len(b.name)) + flat(b"", 0) + struct.pack("<B", KINDS[b.dtype]) +
                      flat(struct.pack(f"<{len(b.shape)}q", *b.shape), len(b.shape)) + struct.pack("<BI", 0, 0) +
                      span(b))
    body = flat(b"hand", 4) + struct.pack("<Q", end)
    for side in ("argument", "result"):
        ports = [port(b) for b in buffers if b.side == side]
        body += flat(b"".join(ports), len(ports))
    body += flat(b"", 0)  # constants
    numbers = {name: i for i, name in enumerate(shaders)}
    noMatrices = flat(b"", 0) + struct.pack("<I", 0)
    kernels = [flat(b"main", 4) + struct.pack("<4I", *size) + noMatrices + struct.pack("<B", addresses) +
               flat(words, len(words) // 4) for words, size, addresses in shaders.values()]
    body += flat(b"".join(kernels), len(kernels))
    items = []
    no_grid_in_memory = struct.pack("<BQ", 0, 0)
    for d in dispatches:
        operands = b""
        for operand in d.operands:
            buffer, access = operand if isinstance(operand, tuple) else (operand, "r")
            operands += span(buffer) + struct.pack("<IBB", 4, "r" in access, "w" in access)
        items.append(struct.pack("<BI3I", BARRIERS[d.barrier], numbers[d.shader], *d.grid) + no_grid_in_memory +
                     flat(operands, len(d.operands)))
    body += flat(b"".join(items), len(items))
    checksum = 0xcbf29ce484222325
    for byte in body:
        checksum = (checksum ^ byte) * 0x100000001b3 & 0xffffffffffffffff
    return b"PCVK" + struct.pack("<IQQ", VERSION, len(body), checksum) + body


class Port(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("role", ctypes.c_char_p), ("kind", ctypes.c_char_p),
                ("shape", ctypes.POINTER(ctypes.c_int64)), ("rank", ctypes.c_size_t), ("bytes", ctypes.c_size_t),
                ("updates", ctypes.c_int64)]


class Options(ctypes.Structure):
    _fields_ = [("device", ctypes.c_char_p), ("validate", ctypes.c_int), ("trusting", ctypes.c_int),
                ("cache", ctypes.c_char_p), ("timestamps", ctypes.c_int), ("no_addresses", ctypes.c_int)]


class Device:
    def __init__(self, library, validate=False):
        self.library = ctypes.CDLL(str(library))
        self.library.pc_vk_message.restype = ctypes.c_char_p
        self.library.pc_vk_device_name.restype = ctypes.c_char_p
        self.library.pc_vk_port_count.restype = ctypes.c_size_t
        self.context = ctypes.c_void_p()
        self.check(self.library.pc_vk_context_create(ctypes.byref(Options(None, validate, 0, None, 0, 0)),
                                                     ctypes.byref(self.context)))
        self.name = self.library.pc_vk_device_name(
            self.context, self.library.pc_vk_device_used(self.context)).decode()

    def check(self, status):
        if status:
            raise RuntimeError(self.library.pc_vk_message(self.context).decode())


class Plan:
    """A plan on a device, with the ports that it has."""

    def __init__(self, device, data):
        self.device, self.plan = device, ctypes.c_void_p()
        device.check(device.library.pc_vk_plan_load(device.context, data, ctypes.c_size_t(len(data)),
                                                    ctypes.byref(self.plan)))
        self.ports = [self.list_ports(side) for side in (0, 1)]

    def list_ports(self, side):
        ports = []
        for i in range(self.device.library.pc_vk_port_count(self.plan, side)):
            port = Port()
            self.device.check(self.device.library.pc_vk_port_get(self.plan, side, ctypes.c_size_t(i),
                                                                 ctypes.byref(port)))
            ports.append((port.name.decode(), tuple(port.shape[:port.rank])))
        return ports

    def write(self, values):
        """Gives every argument its value, by name."""
        self.write_all([values[name] for name, _ in self.ports[0]])

    def write_all(self, values):
        for i, (value, (_, shape)) in enumerate(zip(values, self.ports[0])):
            array = np.ascontiguousarray(value).reshape(shape)
            self.device.check(self.device.library.pc_vk_write(
                self.plan, ctypes.c_size_t(i), array.ctypes.data_as(ctypes.c_void_p), ctypes.c_size_t(array.nbytes)))

    def run(self):
        self.device.check(self.device.library.pc_vk_run(self.plan))

    def read(self, index):
        """The f32 result of that number."""
        array = np.empty(self.ports[1][index][1], np.float32)
        self.device.check(self.device.library.pc_vk_read(
            self.plan, 1, ctypes.c_size_t(index), array.ctypes.data_as(ctypes.c_void_p), ctypes.c_size_t(array.nbytes)))
        return array

    def close(self):
        self.device.library.pc_vk_plan_destroy(self.plan)
