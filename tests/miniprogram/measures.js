smallest => {
  // What eyes and fingers find wrong on the page on top: text that is cut, too small or runs out of the screen, and what
  // can be pressed but is smaller than a fingertip.
  const FINGER = 44
  const SMALLEST_ICON = 14
  const frame = document.querySelector('.wx-frame:not([hidden])')
  const scroller = frame.querySelector('.wx-scroll')
  // On a desk the phone lies in the middle.
  const { left, right, width } = frame.getBoundingClientRect()
  const rpx = width / 750
  const said = node => `${node.tagName.toLowerCase()} ${String(node.className).slice(0, 60)} “${node.textContent.trim().slice(0, 20)}”`
  const visible = node => node.getClientRects().length > 0 && getComputedStyle(node).visibility !== 'hidden'
  const sliding = node => node.closest('scroll-view[scroll-x]')
  const faults = []
  if (scroller.scrollWidth > scroller.clientWidth + 1) faults.push(`the page is ${scroller.scrollWidth} wide`)
  for (const node of frame.querySelectorAll('*')) {
    if (!visible(node)) continue
    const style = getComputedStyle(node)
    const own = [...node.childNodes].some(child => child.nodeType === 3 && child.nodeValue.trim())
    const place = node.getBoundingClientRect()
    if (/(^|--|\s)icon(\s|$)/.test(String(node.className)) && Math.min(place.width, place.height) < SMALLEST_ICON) {
      faults.push(`icon that nobody sees: ${said(node)} ${Math.round(place.width)}×${Math.round(place.height)}`)
    }
    if (node.tagName === 'IMG' && node.complete && node.naturalWidth === 0) faults.push(`broken picture: ${node.src.slice(0, 80)}`)
    if (own || node.matches('input, textarea')) {
      if (parseFloat(style.fontSize) < smallest * rpx - 0.1) faults.push(`too small: ${said(node)} ${style.fontSize}`)
      if (!sliding(node) && (place.right > right + 1 || place.left < left - 1)) faults.push(`out of the screen: ${said(node)}`)
      const clips = ['hidden', 'clip'].includes(style.overflowX)
      if (clips && !node.matches('input, textarea') && node.scrollWidth > node.clientWidth + 1) faults.push(`cut: ${said(node)}`)
    }
    if (node.matches('button, input, textarea, switch, [role="link"], [role="button"]') && !node.closest('switch') &&
      (place.height < FINGER - 0.5 || place.width < FINGER - 0.5)) {
      faults.push(`for no finger: ${said(node)} ${Math.round(place.width)}×${Math.round(place.height)}`)
    }
  }
  return faults
}
