const PORT = '(?::(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[0-9]{1,4})?)?'

const BYTE = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'

/** Whatever of ASCII a host name may have beside digits, dots and hyphens. The URL Standard forbids less than DNS does. */
const LETTER = 'A-Za-z_!"$&\'()*+,;=`{}~'

/** Single hyphens alone: `--` may be a name in another script, which has to be decoded to be judged. */
const LABEL = `[0-9${LETTER}](?:-?[0-9${LETTER}])*`

/** Its last label begins with a letter: one of digits would have to be an IPv4 address. */
const NAME = `(?:${LABEL}\\.)*[${LETTER}](?:-?[0-9${LETTER}])*`

const GROUP = '[0-9A-Fa-f]{1,4}'

/** All eight groups, or `::` in place of as many as are missing. */
const IPV6 = [
  `(?:${GROUP}:){7}${GROUP}`,
  ...Array.from({ length: 7 }, (_, before) => {
    const after = 6 - before
    const head = before === 0 ? '' : `${GROUP}(?::${GROUP}){${before - 1}}`
    return `${head}::${after === 0 ? '' : `(?:${GROUP}(?::${GROUP}){0,${after - 1}})?`}`
  }),
].join('|')

/**
 * URLs that are sure to be taken, as a regular expression that means the same in every language. Whether any other text
 * that begins with `http://` is one, only a parser can tell (`parsedUrl`): the document refuses those.
 */
export const HTTP_URL = `^[Hh][Tt][Tt][Pp][Ss]?://(?:${NAME}|(?:${BYTE}\\.){3}${BYTE}|\\[(?:${IPV6})\\])${PORT}(?:[/?#][\\s\\S]*)?$`
