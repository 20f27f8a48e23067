// Checks the pages in a folder and takes screenshots of them.
import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Browser } from './devtools.mjs';

const folder = resolve(process.argv[2]);
const charts = { small: 4, large: 4, cyrillic: 4, extreme: 4, 'one-day': 3, empty: 0 };
const views = {
  desktop: { width: 1280, scheme: 'light' },
  phone: { width: 390, scheme: 'light', mobile: true },
  dark: { width: 1280, scheme: 'dark' },
  'phone-dark': { width: 390, scheme: 'dark', mobile: true },
};

const browser = new Browser(process.env.CHROMIUM ?? 'chromium');
try {
  for (const name of Object.keys(charts)) {
    const size = statSync(join(folder, `${name}.html`)).size;
    assert(size < 3_000_000, `${name}.html has ${size} bytes`);
    for (const view of Object.keys(views)) await check(name, view);
    await print(name);
    await withoutScript(name);
    console.log(`${name}: ${(size / 1000).toFixed(0)} kB, ${charts[name]} charts, ok`);
  }
} finally {
  await browser.close();
}

async function open(name, { width, scheme, mobile = false }) {
  const tab = await browser.tab();
  await tab.send('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile });
  await tab.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  const url = pathToFileURL(join(folder, `${name}.html`)).href;
  await tab.send('Page.navigate', { url });
  return { tab, url };
}

async function check(name, view) {
  const { tab, url } = await open(name, views[view]);
  await tab.until("document.documentElement?.dataset.charts === 'drawn'");
  assert.equal(await tab.evaluate("document.querySelectorAll('.plot svg').length"), charts[name], `charts of ${name}`);
  // The screen of a phone zooms out for a page that is too wide, so its own width says nothing.
  const width = await tab.evaluate('document.documentElement.scrollWidth');
  assert(width <= views[view].width, `${name} is ${width} wide on a ${view} screen`);
  const broken = await tab.evaluate(
    "[...document.querySelectorAll('.plot svg *')].filter((mark) => /NaN|undefined/.test(mark.outerHTML.split('>')[0])).length",
  );
  assert.equal(broken, 0, `marks without a place in ${name}`);
  await labels(tab, name);
  await wholeNames(tab, name);
  if (charts[name] === 4 && view === 'desktop') {
    for (const chart of ['days', 'heat', 'movers', 'late']) await tooltip(tab, name, chart);
    await copy(tab, name);
    await keyboard(tab, name);
  }
  await screenshot(tab, `${name}-${view}`);
  // Asked for by the browser itself, not by the page: the page's own address.
  assert.deepEqual(tab.requests.filter((request) => request !== url), [], `requests of ${name}`);
  assert.deepEqual(tab.errors, [], `errors of ${name}`);
  await tab.close();
}

// What a screen reader and a keyboard need.
async function labels(tab, name) {
  const faults = await tab.evaluate(`(() => {
    const faults = [];
    const all = (selector) => [...document.querySelectorAll(selector)];
    const fault = (what, nodes) => nodes.forEach((node) => faults.push(what + ': ' + node.outerHTML.slice(0, 90)));
    fault('no name', all('[role=img], [role=group]').filter((node) => !node.getAttribute('aria-label')));
    fault('no caption', all('main table').filter((table) => !table.caption?.textContent));
    fault('no scope', all('main th').filter((cell) => !cell.scope));
    fault('cannot be reached', all('.scroll').filter((node) => node.tabIndex !== 0));
    fault('no heading', all('section').filter((node) =>
      !document.getElementById(node.getAttribute('aria-labelledby'))?.textContent));
    const ids = all('[id]').map((node) => node.id);
    faults.push(...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => 'id twice: ' + id));
    if (!document.documentElement.lang || !document.title) faults.push('no language or title');
    if (all('h1').length !== 1) faults.push('not one h1');
    const ratio = (node) => {
      const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
      const light = (colour) => {
        context.fillStyle = colour; context.fillRect(0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)
          .map((part) => part / 255).map((part) => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
          .reduce((sum, part, index) => sum + part * [.2126, .7152, .0722][index], 0);
      };
      let back = node;
      while (back && getComputedStyle(back).backgroundColor === 'rgba(0, 0, 0, 0)') back = back.parentElement;
      const pair = [light(getComputedStyle(node).color), light(getComputedStyle(back ?? document.body).backgroundColor)];
      return (Math.max(...pair) + .05) / (Math.min(...pair) + .05);
    };
    for (const selector of ['p', '.note', 'th', 'td', 'dt', 'dd', '.up', '.down', '.flat', 'summary', 'button']) {
      const node = document.querySelector('main ' + selector);
      if (node && ratio(node) < 4.5) faults.push('contrast of ' + selector + ': ' + ratio(node).toFixed(2));
    }
    return faults;
  })()`);
  assert.deepEqual(faults, [], `labels of ${name}`);
}

// A short name is not broken in the middle of a word.
async function wholeNames(tab, name) {
  const broken = await tab.evaluate(`(() => {
    const lines = (node) => {
      const range = document.createRange();
      range.selectNodeContents(node);
      return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
    };
    const cells = [...document.querySelectorAll('main section > .scroll .name')];
    return cells.filter((cell) => /^\\S{1,16}$/.test(cell.textContent) && lines(cell) > 1).map((cell) => cell.textContent);
  })()`);
  assert.deepEqual(broken, [], `broken names of ${name}`);
}

async function tooltip(tab, name, chart) {
  const at = await tab.evaluate(`(() => {
    const plot = document.getElementById('chart-${chart}');
    plot.scrollIntoView({ block: 'center' });
    const marks = [...plot.querySelectorAll('.mark-rect path, .mark-symbol path')].filter((mark) => {
      const box = mark.getBoundingClientRect();
      return mark.__data__?.tooltip && box.width >= 3 && box.height >= 3;
    });
    const box = marks[Math.floor(marks.length / 2)].getBoundingClientRect();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  })()`);
  await tab.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x: at.x - 1, y: at.y });
  await tab.send('Input.dispatchMouseEvent', { type: 'mouseMoved', ...at });
  await tab.until("document.querySelector('#vg-tooltip-element.visible td.value')");
  const text = await tab.evaluate("document.getElementById('vg-tooltip-element').innerText");
  assert.match(text, /\d/, `tooltip of ${chart}`);
  assert.doesNotMatch(text, /undefined|null|NaN/, `tooltip of ${chart}`);
  if (chart === 'days') await screenshot(tab, `${name}-tooltip`, false);
  await tab.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x: 1, y: 1 });
}

async function copy(tab, name) {
  await tab.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }");
  await tab.evaluate("document.querySelector('[data-table=table-28]').click()");
  await tab.until('window.copied');
  const lines = (await tab.evaluate('window.copied')).trimEnd().split('\r\n').map((line) => line.split('\t'));
  assert.equal(lines.length, 30, 'heading, 28 days, total');
  assert(lines.slice(1, 29).every((cells) => /^\d{4}-\d\d-\d\d$/.test(cells[0])));
  const number = /^(-?\d+([.,]\d+)?)?$/;
  assert(lines.slice(1, 29).every((cells) => cells.slice(2, 7).every((cell) => number.test(cell))), 'plain numbers');
  const status = "document.querySelector('section#table [role=status]').textContent";
  await tab.until(status);
  // Without the clipboard that a page may write to, as in some viewers of attachments.
  await tab.evaluate(`(() => {
    navigator.clipboard.writeText = async () => { throw new Error('not allowed'); };
    document.addEventListener('copy', () => { window.fallback = document.activeElement.value; });
    document.querySelector('section#table [role=status]').textContent = '';
    document.querySelector('[data-table=table-28]').click();
  })()`);
  await tab.until(status);
  // A text area has its own line ends.
  assert.equal(await tab.evaluate("window.fallback.split(/\\r?\\n/).join() === window.copied.split('\\r\\n').join()"), true);
}

// Everything that can be used is reached with the Tab key.
async function keyboard(tab, name) {
  await tab.evaluate('document.activeElement?.blur(); scrollTo(0, 0)');
  const reached = new Set();
  for (let presses = 0; presses < 40; presses++) {
    for (const type of ['keyDown', 'keyUp']) {
      await tab.send('Input.dispatchKeyEvent', { type, key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 });
    }
    reached.add(await tab.evaluate(
      "(document.activeElement.matches('.scroll') ? 'scroll' : document.activeElement.tagName)"));
  }
  for (const what of ['SUMMARY', 'BUTTON', 'scroll']) assert(reached.has(what), `${what} of ${name} by keyboard`);
}

async function screenshot(tab, name, whole = true) {
  const { data } = await tab.send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: whole,
    ...(whole && { clip: { x: 0, y: 0, scale: 1, ...(await tab.evaluate(
      '({ width: document.documentElement.clientWidth, height: document.documentElement.scrollHeight })')) } }) });
  writeFileSync(join(folder, `${name}.png`), Buffer.from(data, 'base64'));
}

// On paper the page is light and as wide as the sheet, whatever the screen.
async function print(name) {
  const { tab } = await open(name, { width: 1280, scheme: 'dark' });
  await tab.until("document.documentElement?.dataset.charts === 'drawn'");
  const { data } = await tab.send('Page.printToPDF', { preferCSSPageSize: true, printBackground: true, paperWidth: 8.27, paperHeight: 11.69 });
  writeFileSync(join(folder, `${name}.pdf`), Buffer.from(data, 'base64'));
  await tab.close();
}

// As a mail program shows an attachment: the numbers must be there.
async function withoutScript(name) {
  const tab = await browser.tab();
  await tab.send('Emulation.setScriptExecutionDisabled', { value: true });
  await tab.send('Page.navigate', { url: pathToFileURL(join(folder, `${name}.html`)).href });
  await tab.until("document.readyState === 'complete' && document.querySelector('main')");
  if (charts[name] > 0) {
    const rows = await tab.evaluate("document.querySelectorAll('#table-28 tbody tr').length");
    assert.equal(rows, name === 'one-day' ? 1 : 28, `rows without script in ${name}`);
  }
  assert.equal(await tab.evaluate("document.querySelectorAll('.copy:not([hidden])').length"), 0);
  await tab.close();
}
