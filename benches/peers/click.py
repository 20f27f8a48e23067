"""Clicks by requests (a session) or aiohttp. Usage: click.py requests|aiohttp URL [count]"""

import asyncio
import sys
import time

FORM = {
    "token": "9fzxw6cygrvbhphghwnqtdqrc7yn8sfc",
    "version": "3",
    "info": "1",
    "ip": "203.0.113.7",
    "ua": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "language": "ru",
    "referrer": "https://www.google.com/search?q=%D0%BA%D1%83%D0%BF%D0%B8%D1%82%D1%8C&hl=ru",
    "original_headers[Accept]": "text/html,application/xhtml+xml",
    "original_headers[Accept-Language]": "ru-RU,ru;q=0.9,en;q=0.8",
    "original_host": "shop.example",
    "original_method": "GET",
    "uri": "https://shop.example/landing?utm_source=google&utm_campaign=spring&gclid=abc123",
    "kversion": "3.4",
    "keyword": "купить слона",
    "sub_id_1": "spring",
    "sub_id_2": "google",
}


def with_requests(url, count):
    import requests

    session = requests.Session()
    started = time.process_time()
    for _ in range(count):
        assert session.post(url, data=FORM, timeout=10).json()["info"]["sub_id"]
    return time.process_time() - started


def with_aiohttp(url, count):
    import aiohttp

    async def run():
        async with aiohttp.ClientSession() as session:
            started = time.process_time()
            for _ in range(count):
                async with session.post(url, data=FORM) as answer:
                    assert (await answer.json(content_type=None))["info"]["sub_id"]
            return time.process_time() - started

    return asyncio.run(run())


if __name__ == "__main__":
    peer, url = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
    try:
        spent = {"requests": with_requests, "aiohttp": with_aiohttp}[peer](url, count)
    except ImportError:
        sys.exit(f"skipped: Python has no {peer}")
    print(f"{spent / count * 1e6:.2f}")
