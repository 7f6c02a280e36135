"use strict";
// Nothing is kept here: only, when the server is away, our own words instead of a browser's page without a way back.
const AWAY = `<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10;url=/kiosk/leave?done=time"><title>网络不通 · 点亮</title>
<style>body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;
background:#fffaf2;color:#14202b;font:clamp(24px,4vw,44px)/1.5 "Noto Sans CJK SC","Microsoft YaHei",sans-serif;text-align:center;padding:1em}
a{display:inline-block;margin-top:1em;padding:.6em 1.2em;border:3px solid;border-radius:.4em;color:inherit;text-decoration:none;font-weight:bold}</style>
</head><body><h1>网络暂时不通</h1><p>正在重新连接，请稍等，或到窗口请工作人员办理。</p>
<a href="/kiosk/leave?done=time">再试一次</a></body></html>`;
const away = () =>
  new Response(AWAY, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" } });

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  // Behind a proxy an absent server answers as the proxy does.
  event.respondWith(fetch(event.request).then((answer) => ([502, 504].includes(answer.status) ? away() : answer), away));
});
