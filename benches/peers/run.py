"""Runs every peer in one thread, prints a table of million particle-steps a second, and writes
target/bench/peers.json.

    python3 benches/peers/run.py [--only numpy,torch,torch-compile,jax,node,plain,tfjs] [--repeats 5] [--cpu 1]
                                 [--torch-index URL]

Installs what it needs into target/peers-venv and benches/peers/node_modules. A peer that cannot be
installed, or that fails its check, is in the table with the reason, and makes the exit status 1.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
VENV = ROOT / "target" / "peers-venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OUT = ROOT / "target" / "bench" / "peers.json"
PEERS = {
    "numpy": "NumPy",
    "torch": "PyTorch",
    "torch-compile": "PyTorch, compiled",
    "jax": "JAX",
    "node": "JavaScript (Node)",
    "plain": "JavaScript (Chromium)",
    "tfjs": "TF.js wasm (Chromium)",
}
PYTHON_PEERS = {"numpy": [], "torch": ["torch", "safetensors", "onnx"], "torch-compile": ["torch"], "jax": ["jax", "jaxlib"]}
ONE_THREAD = {
    name: "1"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
}


class Failed(Exception):
    pass


def call(command, timeout, **more):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, **more)
    except FileNotFoundError:
        raise Failed(f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise Failed(f"no answer in {timeout} s") from None
    if done.returncode:
        lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        lines = [line for line in lines if "Error: " in line] or lines
        raise Failed(lines[-1].strip().replace("|", "/") if lines else f"exit status {done.returncode}")
    return done.stdout


def pins():
    lines = (HERE / "requirements.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if "==" in line and not line.startswith("#"))


def install_python(peer, torch_index):
    wanted = pins()
    names = ["numpy", *PYTHON_PEERS[peer]]
    if not PYTHON.exists():
        venv.create(VENV, with_pip=True)
    probe = (
        "import importlib.metadata as m, sys\n"
        "for pin in sys.argv[1:]:\n"
        "    name, version = pin.split('==')\n"
        "    assert m.version(name).split('+')[0] == version\n"
    )
    specs = [f"{name}=={wanted[name]}" for name in names]
    if subprocess.run([PYTHON, "-c", probe, *specs], capture_output=True).returncode:
        print(f"installing {', '.join(specs)}", file=sys.stderr)
        index = ["--extra-index-url", torch_index] if "torch" in names and torch_index else []
        call([PYTHON, "-m", "pip", "install", "-q", *index, *specs], timeout=900)


def install_node():
    if not (HERE / "node_modules" / "playwright-core").exists():
        print("npm ci in benches/peers", file=sys.stderr)
        call(["npm", "ci", "--no-audit", "--no-fund"], timeout=300, cwd=HERE)


def run_peer(peer, args, pin):
    env = {**os.environ, **ONE_THREAD}
    if peer in PYTHON_PEERS:
        install_python(peer, args.torch_index)
        command = [str(PYTHON), str(HERE / f"peer_{peer.replace('-', '_')}.py"), "--repeats", str(args.repeats)]
        return json.loads(call(pin + command, timeout=1200, env=env).splitlines()[-1])
    if peer == "node":
        command = ["node", str(HERE / "node.mjs"), str(args.repeats)]
    else:
        install_node()
        command = ["node", str(HERE / "browser.mjs"), "--only", peer, "--repeats", str(args.repeats)]
    result = json.loads(call(pin + command, timeout=1200, env=env).splitlines()[-1])[0]
    if "error" in result:
        raise Failed(result["error"])
    for scene in result["scenes"].values():
        rates = sorted(scene.pop("rates"))
        scene["best"] = scene.pop("millionsPerSecond")
        scene["median"] = rates[len(rates) // 2]
    return result


def processor():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--only", default=",".join(PEERS), help="comma-separated")
    args.add_argument("--repeats", type=int, default=5)
    args.add_argument("--cpu", type=int, default=(os.cpu_count() or 1) - 1, help="the core to pin to")
    args.add_argument("--torch-index", help="an extra package index for torch, for example PyTorch's CPU one")
    args = args.parse_args()
    only = args.only.split(",")
    if unknown := set(only) - set(PEERS):
        sys.exit(f"unknown peer: {', '.join(sorted(unknown))}; there are {', '.join(PEERS)}")
    pin = ["taskset", "-c", str(args.cpu)] if shutil.which("taskset") else []

    rows = []
    for peer in [p for p in PEERS if p in only]:
        try:
            rows.append(run_peer(peer, args, pin))
        except Failed as reason:
            rows.append({"peer": PEERS[peer], "version": "", "error": str(reason)})
        print(f"{PEERS[peer]}: {'failed' if 'error' in rows[-1] else 'done'}", file=sys.stderr)

    print("| peer | version | 1D, best (median) | 2D, best (median) |\n| --- | --- | ---: | ---: |")
    for row in rows:
        if "error" in row:
            print(f"| {row['peer']} | | not measured: {row['error']} | |")
            continue
        cells = [f"{s['best']:.1f} ({s['median']:.1f})" for s in (row["scenes"]["1d"], row["scenes"]["2d"])]
        print(f"| {row['peer']} | {row['version']} | {cells[0]} | {cells[1]} |")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    report = {
        "unit": "million particle-steps a second, one thread",
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "pinned": bool(pin),
        "peers": rows,
    }
    OUT.write_text(json.dumps(report, indent=1) + "\n")
    sys.exit(any("error" in row for row in rows))


if __name__ == "__main__":
    main()
