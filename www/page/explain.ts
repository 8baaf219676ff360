/** Words are explained where they stand, in a small window. */
import '../words/glossary/glossary.css';

export function explainWords(): void {
  document.addEventListener('click', (event) => {
    const word = (event.target as Element).closest<HTMLElement>('[data-word]');
    if (!word) return;
    event.preventDefault();
    void import('../words/glossary').then(({ showWord }) => showWord(word, word.dataset.word ?? ''));
  });
}
