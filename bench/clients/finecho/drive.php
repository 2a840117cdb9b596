<?php
// Drives finecho/logistics: a query with the courier's Chinese name.
require 'GuzzleHttp/autoload.php';
spl_autoload_register(function ($class) {
    $path = __DIR__.'/src/'.str_replace(['Finecho\\Logistics\\', '\\'], ['', '/'], $class).'.php';
    if (is_file($path)) {
        require $path;
    }
});
$logistics = new Finecho\Logistics\Logistics([
    'provider' => 'kdniao',
    'kdniao' => ['app_code' => getenv('KDN_KEY'), 'customer' => getenv('KDN_ID')],
]);
$order = $logistics->query(getenv('KDN_NUMBER'), getenv('KDN_COMPANY'));
$original = $order->getOriginal();
echo json_encode([
    'state' => $original['State'],
    'traces' => count($original['Traces']),
    'status' => $order->getDisplayStatus(),
    'listed' => count($order->getList()),
], JSON_UNESCAPED_UNICODE);
