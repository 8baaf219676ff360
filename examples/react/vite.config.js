export default {
  base: './',
  oxc: { jsx: { runtime: 'automatic' } },
  // The development server must leave the package where its other files are.
  optimizeDeps: { exclude: ['guidance-lab'] },
};
