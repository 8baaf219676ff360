// Training in TensorFlow.js, its wasm backend (SIMD, one thread): the default network of Guidance Lab on fresh noised
// samples of the scene in 2D, Adam, cosine schedule.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { prepare } from './tfjs.js';
import { reference } from './reference.js';

const BATCH = 512;
const RATE = 0.003;
const [LOW, HIGH] = [0.03, 2].map(Math.log);

/** Noised samples, drawn in JavaScript, as tensors: points with the time as the network is told of it, and labels. */
function draw({ weights, means, covariances, classes }) {
  const inputs = new Float32Array(3 * BATCH);
  const labels = new Float32Array(2 * BATCH);
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  for (let n = 0; n < BATCH; n += 1) {
    let [k, left] = [0, Math.random()];
    while (k < weights.length - 1 && left >= weights[k]) left -= weights[k++];
    const [[a, b], [, c]] = covariances[k];
    const [z, root] = [normal(), Math.sqrt(a)];
    const clean = [root * z, (b / root) * z + Math.sqrt(c - (b * b) / a) * normal()].map((x, i) => means[k][i] + x);
    const place = Math.random();
    const t = Math.exp(LOW + (HIGH - LOW) * place);
    const [u, sigma] = [Math.exp(-t), Math.sqrt(-Math.expm1(-2 * t))];
    clean.forEach((x, i) => (inputs[3 * n + i] = u * x + sigma * normal()));
    inputs[3 * n + 2] = (2 * place - 1) * Math.sqrt(3);
    labels[2 * n + classes[k]] = 1;
  }
  return [tf.tensor2d(inputs, [BATCH, 3]), tf.tensor2d(labels, [BATCH, 2])];
}

/** Steps a second, and the mean loss over the last fourth. */
export async function train({ steps, wasmPath }) {
  await prepare(wasmPath);
  const widths = [3, 64, 64, 2];
  const layers = widths.slice(1).map((out, i) => [
    tf.variable(tf.mul(tf.randomUniform([widths[i], out], -1, 1), 1 / Math.sqrt(widths[i]))),
    tf.variable(tf.zeros([out])),
  ]);
  const optimizer = tf.train.adam(RATE);
  const losses = [];
  const step = (place) => {
    optimizer.learningRate = (RATE / 2) * (1 + Math.cos(Math.PI * place));
    tf.tidy(() => {
      const [inputs, labels] = draw(reference.scenes['2d']);
      const loss = optimizer.minimize(() => {
        const logits = layers.reduce((x, [w, b], i) => {
          const sum = tf.add(tf.matMul(x, w), b);
          return i < 2 ? tf.tanh(sum) : sum;
        }, inputs);
        const shifted = tf.sub(logits, tf.max(logits, 1, true));
        const logs = tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)));
        return tf.neg(tf.mean(tf.sum(tf.mul(labels, logs), 1)));
      }, true);
      losses.push(loss.dataSync()[0]);
    });
  };
  for (let k = 0; k < 20; k += 1) step(0);
  losses.length = 0;
  const began = performance.now();
  for (let k = 0; k < steps; k += 1) step(k / steps);
  const seconds = (performance.now() - began) / 1000;
  tf.dispose([...layers.flat()]);
  const last = losses.slice(-Math.floor(steps / 4));
  return { stepsPerSecond: steps / seconds, loss: last.reduce((a, b) => a + b, 0) / last.length };
}
