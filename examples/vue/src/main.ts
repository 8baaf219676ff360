import 'guidance-lab/register';
import 'guidance-lab/vue';
import { createApp } from 'vue';
import App from './App.vue';

createApp(App).mount('#root');
