<?php
// Clicks the way KClient does: a new curl handle for every page.
// Usage: php click.php http://127.0.0.1:PORT/click_api/v3 [count]
if (!function_exists('curl_init')) { fwrite(STDERR, "skipped: php has no curl\n"); exit(0); }
[$url, $count] = [$argv[1], (int) ($argv[2] ?? 2000)];
$form = [
    'token' => '9fzxw6cygrvbhphghwnqtdqrc7yn8sfc', 'version' => 3, 'info' => 1, 'ip' => '203.0.113.7',
    'ua' => 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
    'language' => 'ru',
    'referrer' => 'https://www.google.com/search?q=%D0%BA%D1%83%D0%BF%D0%B8%D1%82%D1%8C&hl=ru',
    'original_headers' => ['Accept' => 'text/html,application/xhtml+xml', 'Accept-Language' => 'ru-RU,ru;q=0.9,en;q=0.8'],
    'original_host' => 'shop.example', 'original_method' => 'GET',
    'uri' => 'https://shop.example/landing?utm_source=google&utm_campaign=spring&gclid=abc123',
    'kversion' => '3.4', 'keyword' => 'купить слона', 'sub_id_1' => 'spring', 'sub_id_2' => 'google',
];
function cpu(): float {
    $usage = getrusage();
    return $usage['ru_utime.tv_sec'] + $usage['ru_stime.tv_sec']
        + ($usage['ru_utime.tv_usec'] + $usage['ru_stime.tv_usec']) / 1e6;
}
$started = cpu();
for ($i = 0; $i < $count; $i++) {
    $curl = curl_init();
    curl_setopt_array($curl, [
        CURLOPT_URL => $url, CURLOPT_RETURNTRANSFER => true, CURLOPT_POST => true,
        CURLOPT_POSTFIELDS => http_build_query($form), CURLOPT_TIMEOUT => 10,
        CURLOPT_SSL_VERIFYPEER => false, CURLOPT_SSL_VERIFYHOST => 0,
    ]);
    $answer = json_decode(curl_exec($curl));
    curl_close($curl);
    if (($answer->info->sub_id ?? '') === '') { fwrite(STDERR, "no response\n"); exit(1); }
}
printf("%.2f\n", (cpu() - $started) / $count * 1e6);
