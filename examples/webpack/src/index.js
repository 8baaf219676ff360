import 'guidance-lab/register';

const lab = document.querySelector('guidance-lab');
lab.addEventListener('statechange', (event) => {
  document.querySelector('#seen').textContent = event.detail.guidance.gamma;
});
document.querySelector('input').addEventListener('input', (event) => {
  lab.guidance = { gamma: Number(event.target.value) };
});
