import type {} from 'guidance-lab/react';
import 'guidance-lab/register';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

/** React 19 sets properties, so objects and numbers go to the figure as they are. */
function App() {
  const [gamma, setGamma] = useState(2);
  const [seen, setSeen] = useState<number>();
  const [wrong, setWrong] = useState('');
  return (
    <>
      <label>
        Weight <input type="range" min="0" max="10" step="0.5" value={gamma} onChange={(event) => setGamma(Number(event.target.value))} />
      </label>
      <output id="seen">{seen}</output>
      <guidance-lab
        preset="wiggle"
        controls="none"
        particles={2000}
        guidance={{ gamma }}
        onstatechange={(event) => setSeen(event.detail.guidance.gamma)}
        onerror={(event) => event instanceof CustomEvent && setWrong(event.detail.message)}
      />
      <p id="wrong">{wrong}</p>
    </>
  );
}

createRoot(document.getElementById('root')!).render(<App />);
