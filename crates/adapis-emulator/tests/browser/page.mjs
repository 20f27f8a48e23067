// Checks the page for people: node page.mjs URL CHROMIUM FOLDER

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { Browser, until } from './browser.mjs';

const [url, program, folder] = process.argv.slice(2);
const control = async (path) => (await fetch(`${url}/_emulator/${path}`)).json();
const button = (label) => `[...document.querySelectorAll('button')].find((b) => b.textContent === ${JSON.stringify(label)})`;

async function page(browser) {
  const page = await browser.open(`${url}/`);
  const text = (id) => page.run(`document.getElementById('${id}').innerText`);
  await until('the accounts are shown', async () => await page.run("document.querySelectorAll('#accounts article').length") === 4);
  assert.match(await text('accounts'), /q831vzbxkbcnyk23z3jwww4pbhhtpxpm/);
  assert.match(await text('state'), /^running/);

  // Requests appear by themselves, and none of their texts becomes HTML.
  assert.equal((await fetch(`${url}/campaign/get`)).status, 401);
  await until('the request is shown', async () => (await text('recent')).includes('/campaign/get'));
  const image = '<img src=x onerror=alert(1)>';
  const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: image, params: {} });
  await fetch(`${url}/api/v2/`, { method: 'POST', body: call });
  await fetch(`${url}/lander/${'a-long-path/'.repeat(12)}?secret=1`);
  await until('the others are shown', async () => (await text('recent')).includes('a-long-path'));
  assert.equal(await page.run("document.querySelectorAll('img').length"), 0);
  assert.ok(!(await text('recent')).includes('secret'));

  // A fault by the mouse: of an operation from the list, for the next two requests.
  await page.click("document.querySelector('#counts button[aria-label=\"Set a fault for hybrid.campaign.get\"]')");
  assert.equal(await page.run("document.getElementById('operation').value"), 'hybrid.campaign.get');
  await page.run("document.getElementById('times').value = '2'");
  await page.click(button('503, retry after 2 s'));
  await until('the plan is shown', async () => (await text('plans')).includes('503, retry after 2 s × 2'));
  const faulted = await fetch(`${url}/campaign/get`);
  assert.deepEqual([faulted.status, faulted.headers.get('retry-after')], [503, '2']);
  await until('the rest of the plan is shown', async () => !(await text('plans')).includes('×'));
  await until('the fault is shown', async () => (await text('recent')).includes('503, fault'));
  await page.click("document.querySelector('#plans button')");
  await until('the plan is removed', async () => (await control('faults')).length === 0);
  assert.equal((await fetch(`${url}/campaign/get`)).status, 401);

  // The same by the keyboard.
  await page.run("document.getElementById('times').value = '1'");
  await page.run("document.getElementById('times').focus()");
  await page.press('Tab', 9);
  await page.press('Tab', 9);
  assert.equal(await page.run('document.activeElement.textContent'), '429, retry after 2 s');
  await page.press('Enter', 13, '\r');
  await until('the plan is set', async () => (await control('faults'))[0]?.faults[0].status === 429);

  await page.click(button('+ 1 day'));
  await until('the clock moves', async () => (await control('now')).now === '2025-06-03T09:30:00Z');
  await until('the page shows it', async () => (await text('clock')).includes('Tuesday, 3 June 2025'));

  for (const [name, width, colors] of [['desktop', 1280, 'light'], ['dark', 1280, 'dark'], ['phone', 360, 'light'], ['phone-dark', 360, 'dark']]) {
    await page.picture(join(folder, `page-${name}.png`), width, colors);
    assert.ok(await page.run('document.documentElement.scrollWidth') <= width, `${name} has no sideways scrolling`);
  }

  // The commands to paste do what they promise.
  if (spawnSync('curl', ['--version']).status === 0) {
    const commands = await page.run("[...document.querySelectorAll('#accounts pre')].map((pre) => pre.textContent)");
    const promises = [/"sub_id"/, /access_token/, /access_token/, /<code>0<\/code>/];
    commands.forEach((command, index) => {
      const { stdout } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
      assert.match(stdout, promises[index], command);
    });
    assert.equal(commands.length, 4);
  }

  await page.click(button('Reset'));
  await page.click(button('Discard clicks, tokens, changes?'));
  await until('it is reset', async () => (await control('requests')).recent.length === 0);
  await until('the page shows it', async () => (await text('recent')) === '' && (await text('counts')) === '');

  assert.deepEqual(page.errors, []);
  assert.deepEqual(page.requests.filter((request) => !request.startsWith(`${url}/`) && !request.startsWith('data:')), []);
}

/** A page of another site can send requests, but the emulator does nothing for them. */
async function strangers(browser) {
  const plan = JSON.stringify({ operation: '*', faults: [{ status: 500 }] });
  const html = `<!doctype html><iframe name="f"></iframe>
    <form method="post" enctype="text/plain" target="f" action="${url}/_emulator/faults">
    <input name='${plan.slice(0, -1)},"rate":1,"seed":1,"x' value='":1}'></form>
    <form method="post" target="f" action="${url}/_emulator/reset"></form>
    <script>(async () => {
      const post = (path, body, type) => fetch('${url}/_emulator/' + path, { method: 'POST', mode: 'no-cors', body, headers: type ? { 'content-type': type } : {} });
      await post('faults', '${plan}', 'text/plain').catch(() => {});
      await post('now', '{"now":null}').catch(() => {});
      for (const form of document.forms) { form.submit(); await new Promise((resolve) => setTimeout(resolve, 300)); }
      document.title = 'done';
    })();</script>`;
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  try {
    await fetch(`${url}/campaign/get`);
    // The same site and another port, and another site that leads to the same place.
    for (const host of ['127.0.0.1', 'localhost']) {
      const stranger = await browser.open(`http://${host}:${server.address().port}/`);
      await until('the stranger is done', async () => await stranger.run('document.title') === 'done');
      const tried = stranger.requests.filter((request) => request.startsWith(`${url}/_emulator/`));
      // Frames of another site have their own processes, whose requests are not seen here.
      assert.ok(tried.length >= (host === '127.0.0.1' ? 4 : 2), `it tried: ${tried}`);
      assert.deepEqual(await control('faults'), []);
      assert.notEqual((await control('now')).now, null);
      assert.equal((await control('requests')).recent.length, 1, 'there was no reset');
    }
  } finally {
    server.close();
  }
}

const browser = new Browser(program);
try {
  await page(browser);
  await strangers(browser);
} finally {
  await browser.close();
}
