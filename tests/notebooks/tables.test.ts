/** Tables of Python's libraries as text for the reader: with stand-ins that have what the libraries' objects have, and pandas itself where it is. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ours = join(root, 'target/notebooks/bin/python');
const python = existsSync(ours) ? ours : 'python3';

const SCRIPT = `
import sys, json
sys.path.insert(0, ${JSON.stringify(join(root, 'python/src/guidance_lab'))})
from tables import table_text

class NAType: pass
class Number:
    def __init__(self, value): self.value = value
    def item(self): return self.value
class Array:
    def __init__(self, rows): self.rows = rows
    def tolist(self): return self.rows
class Frame:
    columns = ["width", ("petal", "length"), 2, "kind"]
    def to_numpy(self):
        return Array([[1.5, 2, True, 'Smith, "J"'], [float("nan"), NAType(), False, None], [Number(0.1), 1e-7, True, "x"]])

def refused(table):
    try: table_text(table)
    except (TypeError, ValueError) as error: return str(error)

said = {
    "frame": table_text(Frame()),
    "dict": table_text({"x": Array([1, 2]), "class": ("a", "b")}),
    "rows": table_text(Array([[1.0, 2.0, 0], [3.0, 4.0, 1]])),
    "text": [table_text("x,y"), table_text("é;y".encode())],
    "refused": [refused({"x": [1], "y": []}), refused([1, 2])],
}
try:
    import pandas
    said["pandas"] = table_text(pandas.DataFrame({"x": [1.5, None], "n": pandas.array([1, None], dtype="Int64"),
        "c": pandas.Categorical(["a", "b"])}, index=[7, 9]))
except ImportError:
    pass
print(json.dumps(said))
`;

test('frames, dicts, rows and texts', () => {
  const said = JSON.parse(execFileSync(python, ['-c', SCRIPT], { encoding: 'utf8' }));
  expect(said).toMatchObject({
    frame: 'width,petal length,2,kind\n1.5,2,True,"Smith, ""J"""\n,,False,\n0.1,1e-07,True,x\n',
    dict: 'x,class\n1,a\n2,b\n',
    rows: '1.0,2.0,0\n3.0,4.0,1\n',
    text: ['x,y', 'é;y'],
    refused: ['the columns have different lengths: 1, 0', expect.stringContaining('row 0 is a int')],
  });
  if (said.pandas) expect(said.pandas).toBe('x,n,c\n1.5,1,a\n,,b\n');
});
