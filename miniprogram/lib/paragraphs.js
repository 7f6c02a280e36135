// 隐私说明是 Markdown：只用标题、段落、列表和粗体，拆成一段一段来显示。

/** @param {string} text @param {string} title 已经显示过的标题，不再重复 */
function paragraphs (text, title) {
  return text.split(/\n+/).map(line => line.trim()).filter(Boolean).map(block)
    .filter(one => !(one.heading && one.text === title))
    .map((one, id) => Object.assign(one, { id }))
}

function block (line) {
  const heading = /^#+\s*/.test(line)
  const plain = line.replace(/^#+\s*/, '').replace(/^[-*]\s+/, '· ').replace(/\*\*|`/g, '').replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
  return { heading, text: plain.replace(/^\|\s*|\s*\|$/g, '').replace(/\s*\|\s*/g, '　') }
}

module.exports = { paragraphs }
