// Searches as the reader types. Pages are opened from a disk too, where a script can load no data: the index is one.
(() => {
  const { MiniSearch, scoriaSearchIndex, scoriaWordsIn } = globalThis;
  const MOST_RESULTS = 12;
  const root = document.documentElement.dataset.root;
  const input = document.querySelector('header input');
  const list = document.querySelector('#results');
  const options = {
    fields: ['title', 'page', 'text'],
    storeFields: ['title', 'page', 'url', 'excerpt'],
    tokenize: scoriaWordsIn,
  };
  const how = {
    boost: { title: 4, page: 2 },
    prefix: true,
    fuzzy: (word) => (word.length > 4 ? 0.2 : false),
    combineWith: 'AND',
    tokenize: (text) => text.match(/[\p{L}\p{N}_.-]+/gu) ?? [],
  };
  let index;
  let chosen = -1;

  const found = (text) => {
    index ??= MiniSearch.loadJSON(scoriaSearchIndex, options);
    return index.search(text, how).slice(0, MOST_RESULTS);
  };

  const marked = (text, terms) => {
    const line = document.createElement('span');
    const pattern = terms.map((term) => term.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
    const first = pattern === '' ? -1 : text.search(new RegExp(pattern, 'i'));
    const from = Math.max(0, first - 40);
    const shown = (from > 0 ? '…' : '') + text.slice(from, from + 140);
    for (const [at, piece] of shown.split(new RegExp(`(${pattern || '$^'})`, 'i')).entries()) {
      const node = at % 2 === 1 ? document.createElement('mark') : document.createElement('span');
      node.textContent = piece;
      line.append(node);
    }
    return line;
  };

  const item = ({ url, title, page, excerpt, terms }, at) => {
    const link = document.createElement('a');
    link.href = root + url;
    const heading = document.createElement('strong');
    heading.textContent = title;
    const where = document.createElement('em');
    where.textContent = title === page ? '' : page;
    link.append(heading, where, marked(excerpt, terms));
    const entry = document.createElement('li');
    entry.id = `result-${at}`;
    entry.role = 'option';
    entry.append(link);
    return entry;
  };

  const choose = (at) => {
    chosen = at;
    for (const [index, entry] of [...list.children].entries()) {
      entry.setAttribute('aria-selected', String(index === at));
      if (index === at) entry.scrollIntoView({ block: 'nearest' });
    }
    if (at < 0) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', `result-${at}`);
  };

  const show = () => {
    const text = input.value.trim();
    const results = text === '' ? [] : found(text);
    const nothing = document.createElement('li');
    nothing.className = 'nothing';
    nothing.textContent = 'Nothing was found.';
    list.replaceChildren(...(results.length > 0 ? results.map(item) : [nothing]));
    list.hidden = text === '';
    input.setAttribute('aria-expanded', String(text !== ''));
    choose(results.length > 0 ? 0 : -1);
  };

  const close = () => {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
  };

  input.addEventListener('input', show);
  input.addEventListener('focus', show);
  input.addEventListener('keydown', (event) => {
    const count = list.querySelectorAll('a').length;
    if (event.key === 'ArrowDown' && count > 0) choose((chosen + 1) % count);
    else if (event.key === 'ArrowUp' && count > 0) choose((chosen + count - 1) % count);
    else if (event.key === 'Enter' && chosen >= 0) list.children[chosen]?.querySelector('a')?.click();
    else if (event.key === 'Escape') input.blur();
    else return;
    event.preventDefault();
    if (event.key === 'Enter' || event.key === 'Escape') close();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target.matches('input, textarea')) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
  document.addEventListener('click', (event) => {
    if (!event.target.closest('search') || event.target.closest('#results a')) close();
  });

  // Where there is room, the pages stand beside the content and not behind a button.
  const wide = matchMedia('(min-width: 60rem)');
  const menu = document.querySelector('.menu');
  const followWidth = () => {
    menu.open = wide.matches;
  };
  wide.addEventListener('change', followWidth);
  followWidth();
})();
