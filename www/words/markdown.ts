/**
 * Markdown as Lit templates. The tokens of `marked` are turned into a fixed set of elements; text
 * stays text, so nothing in a lesson can become HTML, a script, an image or a style.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { Lexer, type Token, type Tokens } from 'marked';

type Piece = TemplateResult | string | typeof nothing;

/** `#word-…` leads to the glossary, http(s) elsewhere; any other link is only its text. */
function link(token: Tokens.Link): Piece {
  const words = inlineTokens(token.tokens);
  if (/^#word-[\w-]+$/.test(token.href)) {
    return html`<a class="word" href=${token.href} data-word=${token.href.slice(6)}>${words}</a>`;
  }
  if (!/^https?:\/\//i.test(token.href)) return html`${words}`;
  return html`<a href=${token.href} target="_blank" rel="noopener noreferrer nofollow">${words}</a>`;
}

/** The character references that people write in Markdown. */
function unescaped(text: string): string {
  return text.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '',
  );
}

function inlineToken(token: Token): Piece {
  switch (token.type) {
    case 'strong':
      return html`<strong>${inlineTokens(token.tokens)}</strong>`;
    case 'em':
      return html`<em>${inlineTokens(token.tokens)}</em>`;
    case 'codespan':
      return html`<code>${(token as Tokens.Codespan).text}</code>`;
    case 'br':
      return html`<br />`;
    case 'link':
      return link(token as Tokens.Link);
    case 'image':
      return (token as Tokens.Image).text;
    case 'text':
    case 'escape':
      return unescaped((token as Tokens.Text).text);
    default:
      return token.raw;
  }
}

function inlineTokens(tokens: Token[] | undefined): Piece[] {
  return (tokens ?? []).map(inlineToken);
}

function block(token: Token): Piece {
  switch (token.type) {
    case 'space':
    case 'hr':
      return nothing;
    case 'paragraph':
      return html`<p>${inlineTokens(token.tokens)}</p>`;
    case 'heading':
      return (token as Tokens.Heading).depth <= 2
        ? html`<h2>${inlineTokens(token.tokens)}</h2>`
        : html`<h3>${inlineTokens(token.tokens)}</h3>`;
    case 'blockquote':
      return html`<blockquote>${(token.tokens ?? []).map(block)}</blockquote>`;
    case 'list': {
      const { ordered, items } = token as Tokens.List;
      const entries = items.map((item) => html`<li>${item.tokens.map(block)}</li>`);
      return ordered ? html`<ol>${entries}</ol>` : html`<ul>${entries}</ul>`;
    }
    case 'code':
      return html`<pre><code>${(token as Tokens.Code).text}</code></pre>`;
    case 'text':
      return html`${token.tokens ? inlineTokens(token.tokens) : unescaped((token as Tokens.Text).text)}`;
    default:
      return html`<p>${token.raw}</p>`;
  }
}

const OPTIONS = { gfm: false };

/** Paragraphs, lists, quotations and code. */
export function markdown(source: string): TemplateResult {
  return html`${new Lexer(OPTIONS).lex(source).map(block)}`;
}

/** One line: emphasis, code and links. */
export function inline(source: string): TemplateResult {
  return html`${inlineTokens(Lexer.lexInline(source, OPTIONS))}`;
}
