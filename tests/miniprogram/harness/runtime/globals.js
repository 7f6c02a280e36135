// What inline scripts of templates (wxs) find beside JavaScript's own.
globalThis.getRegExp = (pattern, flags) => new RegExp(pattern, flags)
globalThis.getDate = (...parts) => (parts.length ? new Date(...parts) : new Date())
