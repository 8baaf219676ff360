/** The amplitude that the page shows is the one that the module uses. */
import { expect, test } from 'vitest';
import { openLab } from '../../../tests/unit/in-node';
import { amplitude } from './wiggle';

test('the amplitude is that of the module, for every law', async () => {
  const { lab } = await openLab('preset=wiggle&particles=100&process.steps=5');
  const { choices } = lab.fields.get('classifier.amplitude.law') ?? {};
  expect(choices?.length).toBeGreaterThan(3);
  for (const law of (choices ?? []) as Parameters<typeof amplitude>[0]['amplitude']['law'][]) {
    for (const [frequency, smoothing] of [
      [3, 0],
      [50, 0],
      [20, 0.05],
    ] as const) {
      const classifier = {
        kind: 'wiggle',
        form: 'logit',
        frequency,
        amplitude: { law, scale: 0.7 },
        smoothing,
      } as const;
      await lab.setState({ classifier });
      // In logits the wiggle is added as it is: a sin(n x).
      const x = 0.21;
      const { posterior, testedPosterior } = await lab.exact.probe(lab.state, 0.5, [x]);
      const logit = (p: number) => Math.log(p / (1 - p));
      const added = (logit(testedPosterior) - logit(posterior)) / Math.sin(frequency * x);
      expect(added / amplitude(classifier), `${law}, ${frequency}, ${smoothing}`).toBeCloseTo(1, 9);
    }
  }
  lab.release();
});
