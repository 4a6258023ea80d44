# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Predictive coding on a chain of blocks in PyTorch, written three times.

`Plain` is the loop as it is published (Rosenbaum 2022): activities are the state, every
message is a vector-Jacobian product by `torch.autograd.functional.vjp`, which predicts
again, under `fixed` to the input as well, and autograd records what is predicted. `Lean`
leaves out what nothing reads of that: the message to the input, and the records. `Tuned` is
the fastest that we could make of the same tensors by hand: errors are the state, slopes and
the message of the clamped output are computed once, buffers are reused, and nothing
goes through autograd. All make `iterations` updates from the start `clamped`;
`gradients` then has the gradient of every parameter.
"""

import torch
from torch import nn
from torch.nn import functional

aten = torch.ops.aten


class Plain:
    def __init__(self, model, rule, step, iterations):
        self.model, self.blocks = model, list(model.net)
        self.isFixed, self.step, self.iterations = rule == "fixed", step, iterations
        self.gradients = None

    def feed(self):
        activities = [self.model.x]
        with torch.no_grad():
            for block in self.blocks:
                activities.append(block(activities[-1]))
        return activities

    def seed(self, output):
        output = output.detach().requires_grad_()
        return torch.autograd.grad(self.model.objective(output), output)[0]

    def predict(self, activities):
        return [activities[0]] + [block(v) for block, v in zip(self.blocks, activities)]

    def send(self, activities, errors):
        """What the error of a block says to its input, for all blocks."""
        first = 0 if self.isFixed else 1
        return [None] * first + [torch.autograd.functional.vjp(self.blocks[i], activities[i], errors[i + 1])[1]
                                 for i in range(first, len(self.blocks))]

    def run(self):
        count = len(self.blocks)
        frozen = self.feed()
        activities = list(frozen)
        for _ in range(self.iterations):
            at = frozen if self.isFixed else activities
            predictions = frozen if self.isFixed else self.predict(at)
            errors = [(p - v).detach() for p, v in zip(predictions, activities)]
            errors[count] = self.seed(predictions[count])
            messages = self.send(at, errors)
            activities = ([frozen[0]] + [v + self.step * (e - m) for v, e, m in
                                         zip(activities[1:count], errors[1:count], messages[1:])] + [frozen[count]])
        self.learn(frozen, activities)

    def learn(self, frozen, activities):
        at = frozen if self.isFixed else activities
        self.gradients = []
        for i, block in enumerate(self.blocks):
            with torch.enable_grad():
                prediction = block(at[i].detach())
            isLast = i + 1 == len(self.blocks)
            error = self.seed(prediction) if isLast else (prediction - activities[i + 1]).detach()
            parameters = list(block.parameters())
            self.gradients += torch.autograd.grad(prediction, parameters, error) if parameters else []


class Lean(Plain):
    @torch.no_grad()
    def predict(self, activities):
        return super().predict(activities)

    def send(self, activities, errors):
        messages = [None]
        for i in range(1, len(self.blocks)):
            at = activities[i].detach().requires_grad_()
            messages.append(torch.autograd.grad(self.blocks[i](at), at, errors[i + 1])[0])
        return messages


#===------------------------------------------------------------------------===#
# By hand
#===------------------------------------------------------------------------===#


class Linear:
    def __init__(self, block):
        self.layer, self.hasSlope = block[0], len(block) > 1

    def forward(self, x):
        y = torch.addmm(self.layer.bias, x, self.layer.weight.t())
        return y.clamp_(min=0) if self.hasSlope else y

    def transpose(self, error, x, out):
        return torch.mm(error, self.layer.weight, out=out)

    def gradients(self, error, x):
        return [torch.mm(error.t(), x), error.sum(0)]


class Convolution:
    hasSlope = True

    def __init__(self, block):
        self.layer = block[0]
        self.flattens = isinstance(block[-1], nn.Flatten)
        self.shape = None

    def forward(self, x):
        y = functional.conv2d(x, self.layer.weight, self.layer.bias).clamp_(min=0)
        self.shape = y.shape
        return y.flatten(1) if self.flattens else y

    def backward(self, error, x, mask):
        return aten.convolution_backward(error.view(self.shape), x, self.layer.weight, [self.layer.out_channels],
                                         [1, 1], [0, 0], [1, 1], False, [0, 0], 1, mask)

    def transpose(self, error, x, out):
        return self.backward(error, x, [True, False, False])[0]

    def gradients(self, error, x):
        return list(self.backward(error, x, [False, True, True])[1:])


class Pool:
    hasSlope = False

    def __init__(self, block):
        self.indices = None

    def forward(self, x):
        y, self.indices = functional.max_pool2d(x, 2, return_indices=True)
        return y

    def transpose(self, error, x, out):
        return aten.max_pool2d_with_indices_backward(error, x, [2, 2], [2, 2], [0, 0], [1, 1], False, self.indices)

    def gradients(self, error, x):
        return []


def take_apart(block):
    kinds = {nn.Linear: Linear, nn.Conv2d: Convolution, nn.MaxPool2d: Pool}
    return kinds[type(block[0])](block)


class Tuned:
    """Errors are kept times the slope of their block, which is how messages and
    gradients read them."""

    def __init__(self, model, rule, step, iterations):
        self.model, self.blocks = model, [take_apart(b) for b in model.net]
        self.isFixed, self.step, self.iterations = rule == "fixed", step, iterations
        self.buffers = [None] * len(self.blocks)
        self.gradients = None

    def feed(self):
        activities = [self.model.x]
        for block in self.blocks:
            activities.append(block.forward(activities[-1]))
        return activities

    def seed(self, output):
        if self.model.loss != "cross-entropy":
            return (output - self.model.target) * (2 / output.numel())
        error = torch.softmax(output, 1)
        error[torch.arange(len(error)), self.model.target] -= 1
        return error.div_(len(error))

    @torch.no_grad()
    def run(self):
        (self.runFixed if self.isFixed else self.runStrict)()

    def transpose(self, i, error, x):
        self.buffers[i] = self.blocks[i].transpose(error, x, self.buffers[i])
        return self.buffers[i]

    def runFixed(self):
        blocks, count = self.blocks, len(self.blocks)
        v = self.feed()
        slopes = [(v[i + 1] > 0).float().mul_(self.step) if blocks[i].hasSlope else None for i in range(count - 1)]
        errors = [torch.zeros_like(a) for a in v[1:count]] + [self.seed(v[count])]
        constant = blocks[-1].transpose(errors[-1], v[-2], None).view_as(v[-2]).mul(
            slopes[-1] if slopes[-1] is not None else self.step)
        for t in range(self.iterations):
            # Before it arrives there is nothing to say.
            first = max(1, count - 1 - t)
            messages = [self.transpose(i, errors[i], v[i]) for i in range(first, count - 1)]
            for i, message in zip(range(first, count - 1), messages):
                if slopes[i - 1] is None:
                    errors[i - 1].mul_(1 - self.step).add_(message.view_as(v[i]), alpha=self.step)
                else:
                    errors[i - 1].mul_(1 - self.step).add_(message.view_as(v[i]).mul_(slopes[i - 1]))
            errors[-2].mul_(1 - self.step).add_(constant)
        self.gradients = [g for i in range(count) for g in blocks[i].gradients(errors[i], v[i])]

    def scaled(self, i, error, prediction):
        return error.mul_(prediction > 0) if self.blocks[i].hasSlope else error

    def runStrict(self):
        blocks, count = self.blocks, len(self.blocks)
        v = self.feed()
        first = v[1].clone()  # what the input predicts never changes
        predict = lambda: [first] + [block.forward(x) for block, x in zip(blocks[1:], v[1:])]
        for _ in range(self.iterations):
            predictions = predict()
            errors = [p - a for p, a in zip(predictions[:-1], v[1:])]
            above = [self.scaled(i, errors[i].clone(), predictions[i]) for i in range(1, count - 1)]
            above.append(self.seed(predictions[-1]))
            messages = [self.transpose(i, above[i - 1], v[i]) for i in range(1, count)]
            for i in range(1, count):
                v[i] = v[i] + (errors[i - 1] - messages[i - 1].view_as(v[i])).mul_(self.step)
        predictions = predict()
        errors = [self.scaled(i, predictions[i] - v[i + 1], predictions[i]) for i in range(count - 1)]
        errors.append(self.seed(predictions[-1]))
        self.gradients = [g for i in range(count) for g in blocks[i].gradients(errors[i], v[i])]
