'use strict';

const OPERATIONS = {
  all: ['*', 'keitaro.*', 'spots.*', 'hybrid.*', 'adfox.*'],
  Keitaro: ['keitaro.click', 'keitaro.offer', 'keitaro.update', 'keitaro.postback'],
  SPOTS: ['spots.user.auth', 'spots.user.tokenRefresh', 'spots.platform.getStatistics'],
  Hybrid: ['hybrid.token', 'hybrid.advertiser.get', 'hybrid.campaign.get', 'hybrid.statistic.*', 'hybrid.v3.*'],
  ADFOX: ['adfox.account.list.*', 'adfox.account.add.*', 'adfox.reports.create', 'adfox.reports.task', 'adfox.reports.result'],
};

const FAULTS = [
  ['503, retry after 2 s', { status: 503, retry_after: '2' }],
  ['429, retry after 2 s', { status: 429, retry_after: '2' }],
  ['500', { status: 500 }],
  ['Credential expired', { expired_token: true }],
  ['HTML page', { garbage: '<html><body><h1>Bad gateway</h1></body></html>' }],
  ['Reset before the response', { reset: 'before_headers' }],
  ['Reset, but done', { reset: 'before_headers', processed: true }],
  ['Reset in the body', { reset: 'mid_body' }],
  ['Body cut off', { truncate: 20 }],
  ['No response', { hang: 'before_headers' }],
  ['5 s late', { delay_ms: 5000 }],
  ['Slow body', { slow: { bytes: 16, every_ms: 500 } }],
];

const STEPS = [['+ 1 hour', 3600], ['+ 1 day', 86400], ['+ 7 days', 604800], ['+ 30 days', 2592000]];

const element = (id) => document.getElementById(id);

/** Makes an element. Texts, also those of requests, become text nodes and never HTML. */
function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

async function call(path, { method = 'GET', body } = {}) {
  const response = await fetch(`/_emulator/${path}`, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: 'no-store',
    credentials: 'omit',
  });
  const text = await response.text();
  const answer = text === '' ? null : JSON.parse(text);
  if (!response.ok) throw new Error(answer?.error ?? `HTTP ${response.status}`);
  return answer;
}

const post = (path, body) => call(path, { method: 'POST', body });

function say(text) {
  element('message').textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { element('message').textContent = ''; }, 5000);
}

/** Runs what a click asks for, and shows its result at once. */
async function run(action, done) {
  try {
    const answer = await action();
    say(typeof done === 'function' ? done(answer) : done);
  } catch (error) {
    say(`That did not work: ${error.message}`);
  }
  await refresh(true);
}

async function copy(text, button, source) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without a secure context there is no clipboard, but a selection can be copied by hand.
    getSelection().selectAllChildren(source);
    say('Selected: copy it with the keyboard or the menu.');
    return;
  }
  const before = button.textContent;
  button.textContent = 'copied';
  setTimeout(() => { button.textContent = before; }, 1500);
}

function copyButton(text, source, what) {
  const button = make('button', { type: 'button', className: 'small', ariaLabel: `Copy ${what}` }, 'copy');
  button.addEventListener('click', () => copy(text, button, source));
  return button;
}

function account(name, values, command) {
  const list = make('dl');
  for (const [label, value] of values) {
    const code = make('code', {}, value);
    list.append(make('dt', {}, label), make('dd', {}, code), make('dd', {}, copyButton(value, code, `${name} ${label}`)));
  }
  const code = make('code', {}, command);
  const top = make('div', { className: 'top' }, make('span', { className: 'soft' }, 'Try it'), copyButton(command, code, `the ${name} command`));
  return make('article', {}, make('h3', {}, name), list, top, make('pre', {}, code));
}

/** Quotes a text for a POSIX shell. */
const quoted = (text) => (/^[\w@%+=:,./?&-]+$/.test(text) && !/[&?]/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function showAccounts(ready) {
  const { keitaro, spots, hybrid, adfox } = ready.credentials;
  const reports = `${location.origin}/api/v2/reports`;
  const auth = { jsonrpc: '2.0', method: 'user.auth', id: 1, params: spots };
  element('accounts').replaceChildren(
    account('Keitaro', [['URL', ready.keitaro], ['token', keitaro.token], ['postback key', keitaro.postback_key]],
      `curl ${quoted(`${ready.keitaro}/click_api/v3?token=${encodeURIComponent(keitaro.token)}&log=1&info=1`)}`),
    account('SPOTS', [['URL', ready.spots], ['login', spots.login], ['password', spots.password]],
      `curl ${quoted(ready.spots)} \\\n  -d ${quoted(JSON.stringify(auth))}`),
    account('Hybrid', [['URL', ready.hybrid], ['client id', hybrid.client_id], ['client secret', hybrid.client_secret]],
      `curl ${quoted(`${ready.hybrid}/token`)} \\\n  -d grant_type=client_credentials \\\n  --data-urlencode ${quoted(`client_id=${hybrid.client_id}`)} \\\n  --data-urlencode ${quoted(`client_secret=${hybrid.client_secret}`)}`),
    account('ADFOX', [['URL', ready.adfox], ['reports', reports], ['login', adfox.login], ['password', adfox.password], ['token', adfox.token]],
      `curl -H ${quoted(`Authorization: OAuth ${adfox.token}`)} \\\n  ${quoted(`${location.origin}/api/v1?object=account&action=list&actionObject=campaign`)}`),
  );
}

function option(operation) {
  return make('option', { value: operation }, operation === '*' ? '* (everything)' : operation);
}

function showChoices() {
  for (const [label, operations] of Object.entries(OPERATIONS)) {
    element('operation').append(make('optgroup', { label }, ...operations.map(option)));
  }
  element('faults').append(...FAULTS.map(([label, fault]) => {
    const button = make('button', { type: 'button', title: JSON.stringify(fault) }, label);
    button.addEventListener('click', () => setFault(label, fault));
    return button;
  }));
  element('advance').append(...STEPS.map(([label, seconds]) => {
    const button = make('button', { type: 'button' }, label);
    button.addEventListener('click', () => run(() => post('now', { advance_seconds: seconds }), (answer) => `It is ${answer.now}.`));
    return button;
  }));
}

function setFault(label, fault) {
  const operation = element('operation').value;
  const times = Math.trunc(Number(element('times').value));
  if (!(times >= 1 && times <= 100)) return say('Requests: from 1 to 100.');
  const requests = times === 1 ? 'request' : `${times} requests`;
  return run(() => post('faults', { operation, faults: Array(times).fill(fault) }), `${label}: the next ${requests} of ${operation}.`);
}

/** Chooses an operation for faults, also one that was not in the list. */
function choose(operation) {
  const select = element('operation');
  if (![...select.options].some(({ value }) => value === operation)) select.append(option(operation));
  select.value = operation;
  element('faults-title').scrollIntoView({ block: 'nearest' });
  select.focus();
}

function describe(fault) {
  if (fault === null) return 'passes';
  return FAULTS.find(([, known]) => JSON.stringify(known) === JSON.stringify(fault))?.[0] ?? JSON.stringify(fault);
}

function showPlans(plans) {
  element('no-plans').hidden = plans.length > 0;
  element('plans').replaceChildren(...plans.map(({ operation, faults }) => {
    const names = faults.slice(0, 3).map(describe);
    const same = names.every((name) => name === names[0]) && faults.every((fault) => describe(fault) === names[0]);
    const text = same ? `${names[0]}${faults.length > 1 ? ` × ${faults.length}` : ''}` : `${names.join(', ')}${faults.length > 3 ? ` … (${faults.length})` : ''}`;
    const remove = make('button', { type: 'button', className: 'small', ariaLabel: `Remove the plan of ${operation}` }, 'remove');
    remove.addEventListener('click', () => run(() => post('faults', { operation, faults: [] }), `Removed the plan of ${operation}.`));
    return make('li', {}, make('code', {}, operation), make('span', { className: 'warn' }, text), remove);
  }));
}

const COUNTS = ['received', 'answered', 'faulted'];
const countRows = new Map();

/** Changes rows in place, so that a button keeps the focus while requests arrive. */
function showCounts(operations) {
  for (const [operation, row] of countRows) {
    if (operation in operations) continue;
    row.remove();
    countRows.delete(operation);
  }
  for (const [operation, counts] of Object.entries(operations)) {
    if (!countRows.has(operation)) countRows.set(operation, countRow(operation));
    COUNTS.forEach((label, index) => { countRows.get(operation).cells[index + 1].textContent = counts[label]; });
  }
}

function countRow(operation) {
  const numbers = COUNTS.map((label) => {
    const cell = make('td', { className: 'number' });
    cell.dataset.label = label;
    return cell;
  });
  const button = make('button', { type: 'button', className: 'small', ariaLabel: `Set a fault for ${operation}` }, 'fault …');
  button.addEventListener('click', () => choose(operation));
  const row = make('tr', {}, make('td', {}, operation), ...numbers, make('td', { className: 'number' }, button));
  const next = [...countRows].filter(([other]) => other > operation).sort(([a], [b]) => (a < b ? -1 : 1))[0];
  element('counts').insertBefore(row, next?.[1] ?? null);
  return row;
}

function showRecent(recent, fresh) {
  element('no-requests').hidden = recent.length > 0;
  element('recent').replaceChildren(...recent.toReversed().map((request, index) => {
    const kind = request.status === undefined || request.status >= 500 ? 'bad' : request.status >= 400 ? 'warn' : 'good';
    const answer = `${request.status ?? 'none'}${request.faulted ? ', fault' : ''}`;
    return make('tr', { className: index < fresh ? 'new' : '' },
      make('td', {}, request.method), make('td', {}, request.path),
      make('td', { className: 'operation' }, request.operation), make('td', { className: `answer ${kind}` }, answer));
  }));
}

function showClock(now) {
  element('clock').hidden = now === null;
  if (now === null) return;
  element('now').textContent = now;
  const instant = new Date(now);
  const text = Number.isNaN(instant.valueOf()) ? '' : instant.toLocaleString('en-GB', { timeZone: 'Europe/Moscow', dateStyle: 'full', timeStyle: 'short' });
  element('moscow').textContent = text && `${text} in Moscow`;
}

const shown = { requests: '', plans: '', finished: 0, ready: false };

async function refresh(force = false) {
  if (document.hidden && !force) return;
  try {
    const [requests, plans, { now }] = await Promise.all([call('requests'), call('faults'), call('now')]);
    if (!shown.ready) {
      showAccounts(await call('ready'));
      shown.ready = true;
    }
    const { open } = requests.connections;
    element('state').textContent = `running, ${open} ${open === 1 ? 'connection' : 'connections'}`;
    element('state').className = 'good';
    const received = Object.values(requests.operations).reduce((sum, counts) => sum + counts.received, 0);
    const log = JSON.stringify([requests.operations, requests.recent]);
    if (log !== shown.requests && (force || !element('pause').checked)) {
      // Rows that were shown before do not flash, nor does anything when the page opens.
      showRecent(requests.recent, shown.requests === '' ? 0 : Math.max(0, received - shown.finished));
      showCounts(requests.operations);
      Object.assign(shown, { requests: log, finished: received });
    }
    if (JSON.stringify(plans) !== shown.plans) {
      showPlans(plans);
      shown.plans = JSON.stringify(plans);
    }
    showClock(now);
  } catch (error) {
    element('state').textContent = `not reachable: ${error.message}`;
    element('state').className = 'bad';
  }
}

async function watch() {
  await refresh();
  setTimeout(watch, 1000);
}

showChoices();
element('clear').addEventListener('click', () => run(() => call('faults', { method: 'DELETE' }), 'Removed all plans.'));
element('expire').addEventListener('click', () => run(() => post('tokens/expire', {}), ({ expired }) => `${expired} access tokens expired.`));
element('reset').addEventListener('click', (event) => {
  const button = event.currentTarget;
  const restore = () => { button.textContent = 'Reset'; };
  if (button.textContent === 'Reset') {
    button.textContent = 'Discard clicks, tokens, changes?';
    setTimeout(restore, 4000);
    return;
  }
  restore();
  run(() => call('reset', { method: 'POST' }), 'Reset.');
});
document.addEventListener('visibilitychange', () => refresh());
watch();
