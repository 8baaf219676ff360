/**
 * The three engines that the browser tests drive, behind one small interface.
 *
 * Each is the distribution's own build, found by its usual path (or by the environment variables
 * below); none is downloaded. They are driven by three libraries because no single one drives all
 * three as they ship: Playwright and Puppeteer bring patched WebKit builds or none at all, and the
 * engine under test should be the one that people have.
 *
 *     const browser = await firefox();
 *     const page = await browser.open(url, { width: 1280, height: 800 });
 *     await page.evaluate((n: number) => document.title.length + n, 1);
 *     await browser.close();
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Readable } from 'node:stream';
import type * as playwrightTypes from 'playwright-core';
import { chromium as playwright } from 'playwright-core';
import type * as puppeteerTypes from 'puppeteer-core';
import puppeteer, { type KeyInput } from 'puppeteer-core';
import { Builder, Capabilities, Key, Browser as Names, type WebDriver } from 'selenium-webdriver';

/** How a page is opened. */
export interface View {
  /** Width of the viewport in CSS pixels. */
  width?: number;
  /** Height of the viewport in CSS pixels. */
  height?: number;
  /** What `prefers-color-scheme` says. */
  colorScheme?: 'light' | 'dark';
  /** What `prefers-reduced-motion` says (WebKitGTK: not supported, throws). */
  reducedMotion?: boolean;
}

/** One open page. `native` is the driver's own object, for what only that driver can do. */
export interface Page<Native = unknown> {
  readonly native: Native;
  /** Uncaught errors and `console.error` messages since the page was opened. */
  errors(): Promise<string[]>;
  /**
   * Runs a function (sent as its source text, so it sees nothing of the test) or an expression in
   * the page; a promise is awaited, the result is copied as JSON.
   */
  evaluate<Result, Args extends unknown[]>(
    script: string | ((...args: Args) => Result | Promise<Result>),
    ...args: Args
  ): Promise<Result>;
  /** Presses one key, named as in `KeyboardEvent.key` (`' '` is written `Space`). */
  press(
    key: 'Space' | 'Enter' | 'Escape' | 'Tab' | 'Home' | 'End' | `Arrow${'Left' | 'Right' | 'Up' | 'Down'}`,
  ): Promise<void>;
  /** The viewport as PNG. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

/** One running browser. */
export interface Handle<Native = unknown> {
  readonly name: 'chromium' | 'chromium-webgpu' | 'firefox' | 'webkit';
  open(url: string, view?: View): Promise<Page<Native>>;
  close(): Promise<void>;
}

const WIDTH = 1280;
const HEIGHT = 800;

/**
 * Collects errors in the page itself, for WebKitWebDriver, which hands out neither the console nor
 * uncaught errors. `server.ts` puts it at the head of each HTML page it sends to WebKit, so that
 * nothing is missed; other pages run it after they loaded.
 */
export const COLLECT_ERRORS = `if (!globalThis.errorsSeen) {
  const seen = (globalThis.errorsSeen = []);
  addEventListener('error', (event) => seen.push(event.message ? event.message + ' ' + (event.error?.stack ?? '') : event.target + ' failed: ' + (event.target.src ?? event.target.href ?? JSON.stringify(event.detail))), true);
  addEventListener('unhandledrejection', (event) => seen.push('unhandled rejection: ' + event.reason));
  const say = console.error;
  console.error = (...parts) => { seen.push(parts.map(String).join(' ')); say.apply(console, parts); };
}`;

/** Long enough for a software GPU on two busy cores. */
const TIMEOUT = 120_000;

function executable(variable: string, ...paths: string[]): string {
  const chosen = process.env[variable];
  const found = chosen === undefined ? paths.find((path) => existsSync(path)) : chosen;
  if (found === undefined || !existsSync(found)) {
    throw new Error(
      `no browser at ${chosen ?? paths.join(' or ')}: run "cargo xtask test", which installs it, or set ${variable}`,
    );
  }
  return found;
}

/** The text to run in the page: an expression whose value may be a promise. */
function expression(script: string | ((...args: never[]) => unknown), args: unknown[]): string {
  return typeof script === 'string' ? script : `(${script})(...${JSON.stringify(args)})`;
}

/** Chromium; with `webgpu`, on its SwiftShader adapter (a fallback adapter), otherwise without any adapter. */
export async function chromium(options: { webgpu: boolean }): Promise<Handle<playwrightTypes.Page>> {
  const browser = await playwright.launch({
    executablePath: executable(
      'GUIDANCE_LAB_CHROMIUM',
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
    ),
    args: [
      '--no-sandbox',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
      ...(options.webgpu
        ? [
            '--enable-unsafe-webgpu',
            '--use-webgpu-adapter=swiftshader',
            '--enable-features=Vulkan',
            '--use-vulkan=swiftshader',
          ]
        : []),
    ],
    timeout: TIMEOUT,
  });
  return {
    name: options.webgpu ? 'chromium-webgpu' : 'chromium',
    async open(url, view = {}) {
      const context = await browser.newContext({
        viewport: { width: view.width ?? WIDTH, height: view.height ?? HEIGHT },
        colorScheme: view.colorScheme ?? 'light',
        reducedMotion: view.reducedMotion ? 'reduce' : 'no-preference',
      });
      context.setDefaultTimeout(TIMEOUT);
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error.stack ?? error)));
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      await page.goto(url);
      return {
        native: page,
        errors: async () => [...errors],
        evaluate: (script, ...args) => page.evaluate(expression(script, args)),
        press: (key) => page.keyboard.press(key),
        screenshot: () => page.screenshot(),
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}

/** Firefox with WebGPU allowed: wgpu and naga, on lavapipe where there is no GPU. */
export async function firefox(): Promise<Handle<puppeteerTypes.Page>> {
  const launch = (view: View) =>
    puppeteer.launch({
      browser: 'firefox',
      executablePath: executable('GUIDANCE_LAB_FIREFOX', '/usr/bin/firefox-esr', '/usr/bin/firefox'),
      headless: true,
      protocolTimeout: TIMEOUT,
      timeout: TIMEOUT,
      extraPrefsFirefox: {
        'dom.webgpu.enabled': true,
        'dom.webgpu.workers.enabled': true,
        'gfx.webgpu.ignore-blocklist': true,
        // BiDi emulates neither of these in every version; the preferences always work.
        'layout.css.prefers-color-scheme.content-override': view.colorScheme === 'dark' ? 0 : 1,
        'ui.prefersReducedMotion': view.reducedMotion ? 1 : 0,
      },
    });
  // One process for each set of preferences, started when first asked for.
  const browsers = new Map<string, ReturnType<typeof launch>>();
  return {
    name: 'firefox',
    async open(url, view = {}) {
      const key = `${view.colorScheme ?? 'light'} ${view.reducedMotion ?? false}`;
      const started = browsers.get(key) ?? launch(view);
      browsers.set(key, started);
      const page = await (await started).newPage();
      page.setDefaultTimeout(TIMEOUT);
      await page.setViewport({ width: view.width ?? WIDTH, height: view.height ?? HEIGHT });
      const errors: string[] = [];
      page.on('pageerror', (error) =>
        errors.push(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      );
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      await page.goto(url);
      return {
        native: page,
        errors: async () => [...errors],
        evaluate: (script, ...args) => page.evaluate(expression(script, args)) as Promise<never>,
        press: (name) => page.keyboard.press((name === 'Space' ? ' ' : name) as KeyInput),
        screenshot: async () => Buffer.from(await page.screenshot()),
        close: () => page.close(),
      };
    },
    async close() {
      for (const browser of browsers.values()) await (await browser).close();
    },
  };
}

/**
 * WebKitGTK's MiniBrowser under its own virtual display: Safari's engine, without WebGPU.
 *
 * Each page has a driver process of its own, since WebKitWebDriver knows one session only.
 */
export async function webkit(): Promise<Handle<WebDriver>> {
  const driverPath = executable('GUIDANCE_LAB_WEBKIT_DRIVER', '/usr/bin/WebKitWebDriver');
  const browserPath = executable(
    'GUIDANCE_LAB_WEBKIT',
    ...['4.1', '6.0', '4.0'].flatMap((version) => [
      `/usr/lib/x86_64-linux-gnu/webkit2gtk-${version}/MiniBrowser`,
      `/usr/lib/aarch64-linux-gnu/webkit2gtk-${version}/MiniBrowser`,
      `/usr/lib/x86_64-linux-gnu/webkitgtk-${version}/MiniBrowser`,
      `/usr/lib/aarch64-linux-gnu/webkitgtk-${version}/MiniBrowser`,
    ]),
  );
  const display = started(
    executable('GUIDANCE_LAB_XVFB', '/usr/bin/Xvfb'),
    ['-displayfd', '3', '-screen', '0', '2400x1800x24', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  const screen = await firstLine(display, display.stdio[3] as Readable);
  const open = new Set<() => Promise<void>>();
  let answers = 0;
  return {
    name: 'webkit',
    async open(url, view = {}) {
      if (view.reducedMotion) throw new Error('WebKitGTK: prefers-reduced-motion cannot be set');
      const port = await freePort();
      const driver = started(driverPath, [`--port=${port}`, '--host=127.0.0.1'], {
        stdio: 'ignore',
        env: {
          ...process.env,
          DISPLAY: `:${screen}`,
          GDK_BACKEND: 'x11',
          // In the locale "C" `navigator.language` is "C", which Intl refuses: no reader has that.
          LANG: 'en_US.UTF-8',
          LC_ALL: 'en_US.UTF-8',
          LANGUAGE: 'en_US',
          GTK_THEME: view.colorScheme === 'dark' ? 'Adwaita:dark' : 'Adwaita',
          LIBGL_ALWAYS_SOFTWARE: '1',
          ...(process.getuid?.() === 0 ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } : {}),
        },
      });
      const capabilities = new Capabilities({
        browserName: 'MiniBrowser',
        'webkitgtk:browserOptions': {
          binary: browserPath,
          args: ['--automation'],
        },
      });
      await answering(port);
      const session = await new Builder()
        .disableEnvironmentOverrides()
        .usingServer(`http://127.0.0.1:${port}`)
        .forBrowser(Names.SAFARI) // Any name that Selenium knows; the capabilities below replace it.
        .withCapabilities(capabilities)
        .build();
      await session.manage().setTimeouts({ script: TIMEOUT / 2, pageLoad: TIMEOUT });
      await resize(session, view.width ?? WIDTH, view.height ?? HEIGHT);
      await session.get(url);
      await session.executeScript(COLLECT_ERRORS);
      const close = async () => {
        open.delete(close);
        await session.quit().catch(() => undefined);
        await ended(driver);
      };
      open.add(close);
      const evaluate: Page['evaluate'] = async (script, ...args) => {
        answers += 1;
        const kept = `answerKept${answers}`;
        const run = `globalThis.${kept} = null;
           const keep = (answer) => done((globalThis.${kept} = answer));
           (async () => (${expression(script, args)}))().then(
             (value) => keep([null, value ?? null]),
             (error) => keep([String(error) + '\\n' + (error?.stack ?? ''), null]));`;
        const [failure, value] = (await session
          .executeAsyncScript(`const done = arguments[arguments.length - 1]; ${run}`)
          .catch((lost: Error) => lostAnswer(session, kept, run, lost))) as [string | null, never];
        if (failure !== null) throw new Error(failure);
        return value;
      };
      return {
        native: session,
        errors: () => evaluate('globalThis.errorsSeen'),
        evaluate,
        press: (key) =>
          session
            .actions()
            .sendKeys(
              {
                Space: Key.SPACE,
                Enter: Key.ENTER,
                Escape: Key.ESCAPE,
                Tab: Key.TAB,
                Home: Key.HOME,
                End: Key.END,
                ArrowLeft: Key.ARROW_LEFT,
                ArrowRight: Key.ARROW_RIGHT,
                ArrowUp: Key.ARROW_UP,
                ArrowDown: Key.ARROW_DOWN,
              }[key],
            )
            .perform(),
        screenshot: async () => Buffer.from(await session.takeScreenshot(), 'base64'),
        close,
      };
    },
    async close() {
      await Promise.all([...open].map((close) => close()));
      await ended(display);
    },
  };
}

/** What `vitest.config.ts` tries a test again for: the browser is gone, and with it all that could be asked. */
const CRASHED = 'WebKitGTK has crashed';

/**
 * Now and then WebKit's driver loses an answer, or what was asked. An answer then stands in the page under `kept`; a
 * script that has not begun there is run. A page that has crashed (an assertion of WebKit's own, in one of some
 * thousand pages) is first told as an answer that cannot be read, and then as a session that is gone.
 */
async function lostAnswer(session: WebDriver, kept: string, run: string, lost: Error): Promise<unknown> {
  if (lost.name === 'NoSuchSessionError') throw new Error(CRASHED);
  if (lost.name !== 'ScriptTimeoutError' && !lost.message.includes('Could not parse script result')) throw lost;
  const look = `if (globalThis.${kept} === undefined) { const done = () => {}; ${run} } return [globalThis.${kept}];`;
  let said: unknown;
  const inPage = async () => {
    said = await session.executeScript(look).catch((error: Error) => {
      if (error.name === 'NoSuchSessionError') throw new Error(CRASHED);
      return String(error);
    });
    return Array.isArray(said) ? said[0] : null;
  };
  const until = TIMEOUT / 2;
  return session.wait(inPage, until).catch((thrown: Error) => {
    if (thrown.name !== 'TimeoutError') throw thrown;
    throw new Error(`${lost.name}: ${lost.message}; then, for ${until} ms: ${JSON.stringify(said)}; ${run}`);
  });
}

/** The three engines, by name, each without a WebGPU adapter or with what it has by itself. */
export const ENGINES: [string, () => Promise<Handle>][] = [
  ['chromium', () => chromium({ webgpu: false })],
  ['firefox', firefox],
  ['webkit', webkit],
];

/** Sets the viewport's size: the window is made larger by what its frame takes. */
async function resize(session: WebDriver, width: number, height: number): Promise<void> {
  const window = session.manage().window();
  await window.setRect({ x: 0, y: 0, width, height });
  const [innerWidth, innerHeight] = (await session.executeScript('return [innerWidth, innerHeight]')) as [
    number,
    number,
  ];
  await window.setRect({ x: 0, y: 0, width: 2 * width - innerWidth, height: 2 * height - innerHeight });
}

function lines(stream: Readable, take: (line: string) => unknown): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) take(line);
  });
}

function firstLine(child: ChildProcess, stream: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    lines(stream, resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${child.spawnfile} ended with ${code} before it was ready`)));
  });
}

/** Starts a program that ends with this process, also when a test was cut off. */
function started(program: string, args: string[], options: SpawnOptions): ChildProcess {
  const child = spawn(program, args, options);
  const kill = () => child.kill();
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return child;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else {
      child.once('exit', () => resolve());
      child.kill();
    }
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Waits until the driver answers its status request. */
async function answering(port: number): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await (await fetch(`http://127.0.0.1:${port}/status`)).text();
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
