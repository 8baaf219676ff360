/** The version in package.json, put in by Vite. */
declare const __VERSION__: string;
/** Whether this is the page in one file. */
declare const __OFFLINE__: boolean;
