import { defineConfig } from 'vite';

// `npx vite` alone serves the sources; `cargo xtask build` makes the wasm module first and then
// runs `vite build`. Two entries share their chunks: the page, and the element for other pages.
export default defineConfig({
  // The site works under any path.
  base: './',
  build: {
    target: 'es2022',
    // The reader's own fetch order is fine, and the element's script stays free of page code.
    modulePreload: false,
    rolldownOptions: {
      input: { page: 'index.html', 'guidance-lab': 'www/register.ts' },
      // The element's exports are its interface; nothing may be shaken out of them.
      preserveEntrySignatures: 'strict',
      output: {
        // One name is public and stable; the others carry a hash.
        entryFileNames: (chunk) => (chunk.name === 'guidance-lab' ? 'guidance-lab.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  worker: { format: 'es' },
});
