import { escapeMarkup } from "../markup.ts";
import type { FailureDocument } from "./document.ts";

/** The program of the page: a script and a style sheet, bundled when heddle is built. */
export interface PageProgram {
  readonly script: string;
  readonly style: string;
  /** The script's SHA-256, in base64: the only script that the page allows. */
  readonly scriptHash: string;
}

/**
 * A failure as one HTML page that needs nothing else: no network, no other file. The document is data in it, never markup:
 * every `<` is escaped, so that no text of the program under test can end the element, and the page's program writes texts
 * as text nodes only. The page allows no script but its own, and no connection.
 */
export function renderPage(document: FailureDocument, { script, style, scriptHash }: PageProgram): string {
  const policy = `default-src 'none'; script-src 'sha256-${scriptHash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
  const title = escapeMarkup(`${document.sentence} · heddle`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<noscript>This page needs JavaScript. ${escapeMarkup(document.sentence)}</noscript>
<div id="page"></div>
<script type="application/json" id="failure">${dataText(document)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that is safe between script tags. */
function dataText(document: FailureDocument): string {
  return JSON.stringify(document).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}
