// Draws the charts and copies tables. Everything else of the page works without it.
(() => {
  'use strict';
  const { charts, words, locale } = JSON.parse(document.getElementById('data').textContent);
  const narrow = window.matchMedia('(max-width: 40rem)').matches;

  const views = [];

  const draw = async (name, spec) => {
    const plot = document.getElementById('chart-' + name);
    if (!plot) return;
    spec.config.axisY = { labelLimit: narrow ? 96 : 190, labelPadding: 6 };
    // A narrow screen shows a part of a wide chart: the latest days, and the names beside them.
    const scroll = narrow && plot.closest('.scroll');
    if (scroll) spec.config.axisY.orient = 'right';
    try {
      const { view } = await vegaEmbed(plot, spec, {
        mode: 'vega-lite',
        renderer: 'svg',
        actions: false,
        // Expressions are interpreted: the page's policy forbids `eval`.
        ast: true,
        defaultStyle: false,
        formatLocale: locale,
        tooltip: { disableDefaultStyle: true, theme: 'page' },
      });
      views.push({ view, plot });
      if (scroll) scroll.scrollLeft = scroll.scrollWidth;
    } catch (error) {
      plot.textContent = words.chart_failed;
      console.error(error);
    }
  };

  // A chart of a screen's width would be shrunk to the sheet, and its text with it.
  const resize = (widthOf) => {
    for (const { view, plot } of views) view.width(widthOf(plot)).resize().run();
  };
  window.addEventListener('beforeprint', () => resize(() => 690));
  window.addEventListener('afterprint', () => resize((plot) => plot.clientWidth));

  const textOf = (cell) => {
    if (cell.dataset.v !== undefined) return cell.dataset.v;
    const text = cell.textContent.trim().replace(/\s+/g, ' ');
    // A spreadsheet would run a name that begins like a formula.
    return /^[=+\-@]/.test(text) ? "'" + text : text;
  };
  const select = (table) => {
    const range = document.createRange();
    range.selectNode(table);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };
  const copyText = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Not every viewer of attachments has a clipboard that a page may write to.
      const area = document.createElement('textarea');
      area.value = text;
      area.setAttribute('readonly', '');
      area.style.position = 'fixed';
      area.style.opacity = '0';
      document.body.append(area);
      area.select();
      let copied = false;
      try { copied = document.execCommand('copy'); } catch { /* stays false */ }
      area.remove();
      return copied;
    }
  };
  for (const row of document.querySelectorAll('.copy')) {
    const button = row.querySelector('button');
    const status = row.querySelector('[role=status]');
    const table = document.getElementById(button.dataset.table);
    row.hidden = false;
    button.addEventListener('click', async () => {
      const lines = [...table.rows].map((line) => [...line.cells].map(textOf).join('\t'));
      const copied = await copyText(lines.join('\r\n') + '\r\n');
      if (!copied) select(table);
      button.focus();
      status.textContent = copied ? words.copied : words.copy_failed;
    });
  }

  Promise.all(Object.entries(charts).map(([name, spec]) => draw(name, spec)))
    .then(() => { document.documentElement.dataset.charts = 'drawn'; });
})();
