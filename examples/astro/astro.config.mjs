export default {
  // The development server must leave the package where its other files are.
  vite: { optimizeDeps: { exclude: ['guidance-lab'] } },
};
