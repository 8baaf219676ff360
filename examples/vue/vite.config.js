import vue from '@vitejs/plugin-vue';

export default {
  base: './',
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'guidance-lab' } } })],
  // The development server must leave the package where its other files are.
  optimizeDeps: { exclude: ['guidance-lab'] },
};
