/** `guidance-lab/react`, `/svelte` and `/vue` are types: nothing is left of them when the program runs. */
export {};
