# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The networks of steps.py in PyTorch, and their export to ONNX."""

import dataclasses
import math
import warnings

import onnx
import torch
from torch import nn
from torch.nn import functional


@dataclasses.dataclass
class Model:
    """A network with data: a chain of blocks, which are its vertices. `relaxes` says
    that the peers know its layers and relax it iteration by iteration, too."""
    name: str
    net: nn.Module
    x: torch.Tensor
    target: torch.Tensor
    loss: str  # cross-entropy or mse
    relaxes: bool = False

    def objective(self, y):
        return (functional.cross_entropy if self.loss == "cross-entropy" else functional.mse_loss)(y, self.target)


def labels(batch, classes, *rest):
    return torch.randint(classes, (batch, *rest))


def mlp(name, sizes, batch):
    layers = [nn.Sequential(nn.Linear(a, b), nn.ReLU()) for a, b in zip(sizes, sizes[1:-1])]
    net = nn.Sequential(*layers, nn.Sequential(nn.Linear(*sizes[-2:])))
    return Model(name, net, torch.randn(batch, sizes[0]), labels(batch, sizes[-1]), "cross-entropy", True)


def cnn(batch):
    """The network of Millidge, Tschantz and Buckley 2020, with biases."""
    net = nn.Sequential(
        nn.Sequential(nn.Conv2d(3, 6, 5), nn.ReLU()),
        nn.Sequential(nn.MaxPool2d(2)),
        nn.Sequential(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.Flatten()),
        nn.Sequential(nn.Linear(1600, 200), nn.ReLU()),
        nn.Sequential(nn.Linear(200, 150), nn.ReLU()),
        nn.Sequential(nn.Linear(150, 10)))
    return Model("cnn", net, torch.randn(batch, 3, 32, 32), labels(batch, 10), "cross-entropy", True)


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.skip = nn.Conv2d(inputs, outputs, 1, stride, bias=False) if stride > 1 else nn.Identity()

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(y)) + self.skip(x))


def resnet8(batch):
    """For CIFAR-10; the statistics of the normalisations are fixed."""
    net = nn.Sequential(nn.Sequential(nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()),
                        Residual(16, 16, 1), Residual(16, 32, 2), Residual(32, 64, 2),
                        nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))).eval()
    return Model("resnet8", net, torch.randn(batch, 3, 32, 32), labels(batch, 10), "cross-entropy")


class States(nn.LSTM):
    """Of all time steps."""

    def forward(self, x):
        return super().forward(x)[0]


class Letters(nn.Linear):
    """[position, batch, width] to [batch, letter, position]."""

    def forward(self, x):
        return super().forward(x).permute(1, 2, 0)


def lstm(batch, letters=65, hidden=256):
    net = nn.Sequential(nn.Embedding(letters, 64), States(64, hidden), Letters(hidden, letters))
    return Model("lstm", net, labels(50, letters, batch), labels(batch, letters, 50), "cross-entropy")


class Attention(nn.Module):
    """Normalised first."""

    def __init__(self, width=256, heads=4):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

    def split(self, x):
        batch, length, width = x.shape
        return x.reshape(batch, length, self.heads, width // self.heads).permute(0, 2, 1, 3)

    def forward(self, x):
        n = self.norm(x)
        q, k, v = self.split(self.query(n)), self.split(self.key(n)), self.split(self.value(n))
        weights = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(q.shape[-1]), -1)
        return x + self.out((weights @ v).permute(0, 2, 1, 3).reshape(x.shape))


class Widening(nn.Module):
    """Normalised first."""

    def __init__(self, width=256):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return x + self.down(functional.gelu(self.up(self.norm(x))))


def transformer(batch):
    shape = (batch, 64, 256)
    net = nn.Sequential(Attention(), Widening())
    return Model("transformer", net, torch.randn(shape), torch.randn(shape), "mse")


def collect(batch=64):
    """By name, each with weights of its own seed."""
    makers = {"mlp256": lambda: mlp("mlp256", (784, 256, 256, 10), batch),
              "mlp1024": lambda: mlp("mlp1024", (784, 1024, 1024, 1024, 10), batch),
              "cnn": lambda: cnn(batch), "resnet8": lambda: resnet8(batch), "lstm": lambda: lstm(batch),
              "transformer": lambda: transformer(batch)}
    for name, make in makers.items():
        torch.manual_seed(0)
        yield name, make


def leave_kinks(net, x):
    """Shifts units of an MLP that are so close to zero for some sample that round-off decides
    on their derivative: every gradient then can be held against another one."""
    blocks = list(net.children())
    if not all(isinstance(block, nn.Sequential) and isinstance(block[0], nn.Linear) for block in blocks):
        return
    x = x.double()
    for layer in blocks[:-1]:
        bias, near = layer[0].bias, None
        while near is None or near.any():
            with torch.no_grad():
                sums = torch.nn.functional.linear(x, layer[0].weight.double(), bias.double())
                near = (sums.abs() < 2e-6).any(0)
                bias[near] += 1e-5
        x = sums.relu()


def export(model, path):
    """Writes the model; the cut points at the ends of its blocks. Parameters of
    equal values would become one, so they get some noise first."""
    with torch.no_grad():
        for parameter in model.net.parameters():
            parameter += 0.01 * torch.randn_like(parameter)
    leave_kinks(model.net, model.x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(model.net, model.x, path, opset_version=13, input_names=["x"], output_names=["y"],
                          training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
    last = {}
    for node in onnx.load(path).graph.node:
        if node.name.startswith("/"):  # others are constants
            last[node.name.split("/")[1]] = node.name
    return list(last.values())[:-1]
