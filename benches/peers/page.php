<?php
// A page that asks the tracker first, the way KClient does: a new curl handle for every page.
// Usage: TRACKER=http://127.0.0.1:PORT/page/click_api/v3 php -S 127.0.0.1:8080 page.php
if ($_SERVER['QUERY_STRING'] !== 'plain') {
    $curl = curl_init();
    curl_setopt_array($curl, [
        CURLOPT_URL => getenv('TRACKER'), CURLOPT_RETURNTRANSFER => true, CURLOPT_POST => true,
        CURLOPT_TIMEOUT => 10, CURLOPT_SSL_VERIFYPEER => false, CURLOPT_SSL_VERIFYHOST => 0,
        CURLOPT_POSTFIELDS => http_build_query([
            'token' => 'bench', 'version' => 3, 'info' => 1, 'ip' => $_SERVER['REMOTE_ADDR'],
            'ua' => $_SERVER['HTTP_USER_AGENT'], 'language' => substr($_SERVER['HTTP_ACCEPT_LANGUAGE'], 0, 2),
            'original_headers' => getallheaders(), 'original_host' => $_SERVER['HTTP_HOST'],
            'original_method' => 'GET', 'uri' => $_SERVER['REQUEST_URI'], 'kversion' => '3.4',
        ]),
    ]);
    $answer = json_decode(curl_exec($curl));
    curl_close($curl);
    foreach ($answer->cookies as $name => $value) {
        setcookie($name, $value, time() + $answer->cookies_ttl * 3600, '/');
    }
}
echo '<html>', str_repeat("<p>lorem ipsum</p>\n", 862), '</html>';
