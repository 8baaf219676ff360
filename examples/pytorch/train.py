"""Trains a classifier of noised samples with PyTorch and writes it as files that Guidance Lab opens.

    pip install torch safetensors numpy onnx
    python train.py network

writes `network.safetensors`, `network.onnx`, and `network.json`: what PyTorch itself says of the network at some points. In the
page choose the preset "Three classes", "Trained network" and "Open a network"; or

    guidance-lab at state.json --points points.csv --network network.safetensors

docs/networks.md says what stands in the files.
"""

import copy
import json
import math
import sys

import onnx
import torch
from safetensors.torch import save_file

# The mixture of the preset "three-classes": weight, mean, covariance of classes 0, 1 and 2.
COMPONENTS = [
    (0.3, [-1.5, -1.0], [[0.5, 0.25], [0.25, 0.3]]),
    (0.4, [1.5, -0.8], [[0.4, -0.2], [-0.2, 0.4]]),
    (0.3, [0.0, 1.5], [[0.7, 0.1], [0.1, 0.2]]),
]
# The earliest and the latest diffusion time of the samples.
NOISE = (0.01, 8.0)
STEPS, BATCH = 3000, 512

weights = torch.tensor([weight for weight, _, _ in COMPONENTS])
means = torch.tensor([mean for _, mean, _ in COMPONENTS])
roots = torch.linalg.cholesky(torch.tensor([covariance for _, _, covariance in COMPONENTS]))


def inputs(x, t):
    """What the network is given: x, and the place of log t between the ends of NOISE, as -sqrt 3 to sqrt 3."""
    start, end = NOISE
    place = torch.log(t.clamp(start, end) / start) / math.log(end / start)
    return torch.cat([x, (math.sqrt(3) * (2 * place - 1))[:, None]], 1)


def samples(count):
    """Noised samples: X_t = e^-t X_0 + sqrt(1 - e^-2t) Z, with t log-uniform, and their classes."""
    label = torch.multinomial(weights, count, replacement=True)
    x = means[label] + (roots[label] @ torch.randn(count, 2, 1))[:, :, 0]
    t = NOISE[0] * (NOISE[1] / NOISE[0]) ** torch.rand(count)
    x = torch.exp(-t)[:, None] * x + torch.sqrt(-torch.expm1(-2 * t))[:, None] * torch.randn(count, 2)
    return inputs(x, t), label


def train():
    model = torch.nn.Sequential(
        torch.nn.Linear(3, 32), torch.nn.Tanh(), torch.nn.Linear(32, 32), torch.nn.Tanh(), torch.nn.Linear(32, 3)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for _ in range(STEPS):
        given, label = samples(BATCH)
        loss = torch.nn.functional.cross_entropy(model(given), label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    print(f"cross-entropy {loss.item():.3f}")
    return model


def answers(model):
    """log phat(y|x) and its gradient by x at some points and times, by PyTorch in f64."""
    model = copy.deepcopy(model).double()
    rows = []
    for t in (0.01, 0.3, 1.0, 4.0):
        x = torch.tensor([[-1.5, -1.0], [0.2, 0.1], [1.0, 1.0], [2.5, -2.0]], dtype=torch.float64, requires_grad=True)
        logs = torch.log_softmax(model(inputs(x, torch.full((len(x),), t, dtype=torch.float64))), 1)
        slopes = [torch.autograd.grad(logs[:, y].sum(), x, retain_graph=True)[0] for y in range(logs.shape[1])]
        for i in range(len(x)):
            rows.append({
                "time": t,
                "x": x[i].tolist(),
                "logProbabilities": logs[i].tolist(),
                "gradients": [slope[i].tolist() for slope in slopes],
            })
    return rows


def main(name):
    torch.manual_seed(1)
    model = train()
    about = json.dumps({
        "recipe": {"activation": "tanh", "time": True, "noise": NOISE},
        "classes": [0, 1, 2],
    })
    save_file(model.state_dict(), f"{name}.safetensors", metadata={"guidance_lab": about})

    torch.onnx.export(model, (torch.zeros(1, 3),), f"{name}.onnx", dynamo=False, input_names=["input"], output_names=["logits"])
    proto = onnx.load(f"{name}.onnx")
    proto.metadata_props.add(key="guidance_lab", value=about)
    onnx.save(proto, f"{name}.onnx")

    with open(f"{name}.json", "w") as file:
        json.dump({"madeWith": f"PyTorch {torch.__version__}", "answers": answers(model)}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "network")
