// Clicks by Node's own fetch (undici). Usage: node click.mjs URL [count]
const [url, count = 2000] = process.argv.slice(2);
if (typeof fetch !== "function") {
  console.error("skipped: this Node has no fetch");
  process.exit(0);
}
const form = {
  token: "9fzxw6cygrvbhphghwnqtdqrc7yn8sfc", version: "3", info: "1", ip: "203.0.113.7",
  ua: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
  language: "ru",
  referrer: "https://www.google.com/search?q=%D0%BA%D1%83%D0%BF%D0%B8%D1%82%D1%8C&hl=ru",
  "original_headers[Accept]": "text/html,application/xhtml+xml",
  "original_headers[Accept-Language]": "ru-RU,ru;q=0.9,en;q=0.8",
  original_host: "shop.example", original_method: "GET",
  uri: "https://shop.example/landing?utm_source=google&utm_campaign=spring&gclid=abc123",
  kversion: "3.4", keyword: "купить слона", sub_id_1: "spring", sub_id_2: "google",
};
const started = process.cpuUsage();
for (let i = 0; i < Number(count); i++) {
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(form) });
  if (!(await answer.json()).info.sub_id) throw new Error("no response");
}
const { user, system } = process.cpuUsage(started);
console.log(((user + system) / Number(count)).toFixed(2));
