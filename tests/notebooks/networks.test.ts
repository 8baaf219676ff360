/** Networks of Python's libraries as files, by stand-ins that have what the libraries' objects have; the Lab opens them. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openLab } from '../unit/in-node';

const root = fileURLToPath(new URL('../..', import.meta.url));

const SCRIPT = `
import sys, json, base64
sys.path.insert(0, ${JSON.stringify(join(root, 'python/src/guidance_lab'))})
from networks import network_bytes

class Tensor:
    def __init__(self, rows): self.rows = rows
    def detach(self): return self
    def cpu(self): return self
    def tolist(self): return self.rows
class Linear: pass
class Softplus: pass
class Tanh: pass
class Module:
    def __init__(self, *parts): self.parts = parts
    def modules(self): return self.parts
    def state_dict(self): return {
        "net.0.weight": Tensor([[1, 0.5], [0.25, -1], [2, 3]]), "net.0.bias": Tensor([0, 0, 1]),
        "net.2.weight": Tensor([[1, 2, 3], [-1, -2, -3]]), "net.2.bias": Tensor([0.5, -0.5])}

def refused(*args, **more):
    try: network_bytes(*args, **more)
    except (TypeError, ValueError) as error: return str(error)

line = {"0.weight": ((2, 0), (0, 1)), "0.bias": [1, -1]}
said = [base64.b64encode(file).decode() for file in (
    network_bytes(Module(Linear(), Softplus(), Linear()), noise=(0.1, 2)),
    network_bytes(line, noise=(0.1, 2), classes=[1, 0]), network_bytes(b"as it is"))]
print(json.dumps({"files": said, "refused": [refused(3), refused(Module(Linear())), refused(Module(Tanh(), Softplus())),
    refused({"0.weight": [[1, 2], [3]]})]}))
`;

test('a module, a dict of weights, a file', async () => {
  const said = JSON.parse(execFileSync('python3', ['-c', SCRIPT], { encoding: 'utf8' })) as Record<string, string[]>;
  const [module, dict, file] = (said.files as string[]).map((text) => new Uint8Array(Buffer.from(text, 'base64')));
  expect(Buffer.from(file as Uint8Array).toString()).toBe('as it is');
  expect(said.refused).toEqual([
    expect.stringContaining('network is a int; it must be bytes'),
    expect.stringContaining('give it as `activation`'),
    'the module has Softplus and Tanh; a network has one activation',
    '0.weight has rows of different lengths',
  ]);
  const { lab } = await openLab('preset=wiggle&particles=100&process.steps=10');
  await lab.train.open(module as Uint8Array);
  const hidden = { hidden: [3], activation: 'softplus', time: true, noise: [0.1, 2] };
  expect(lab.state.classifier).toMatchObject({ kind: 'learned', recipe: hidden });
  await lab.train.open(dict as Uint8Array);
  // At the earliest time the second input is -sqrt 3. The first output is that of class 1: its logit is 2x + 1, the other's -sqrt 3 - 1.
  const { testedLogPosterior, testedGuidance } = await lab.at([[0.3]], { time: 0.1 });
  const odds = 1.6 + Math.sqrt(3) + 1;
  expect(lab.state.guidance.target).toBe(1);
  expect(testedLogPosterior[0]).toBeCloseTo(-Math.log1p(Math.exp(-odds)), 12);
  expect(testedGuidance[0]).toBeCloseTo(2 / (1 + Math.exp(odds)), 12);
});
