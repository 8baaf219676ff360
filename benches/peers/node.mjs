// Runs plain.js in Node: `node benches/peers/node.mjs [repeats]`.
import { run } from './plain.js';

const repeats = Number(process.argv[2] ?? 5);
const scenes = {};
for (const scene of ['1d', '2d']) scenes[scene] = await run({ scene, repeats });
console.log(JSON.stringify([{ peer: 'JavaScript (Node)', version: process.version.slice(1), scenes }]));
