// The report's page: a table, a gallery and a view of one image, over the rows that table.js brings. Everything that
// comes from a data set is put in as text, never as markup. Without a framework, and it works from a disk (file:).
'use strict';
(() => {
  const words = window.effaceWords;
  const order = Object.keys(words.verdicts); // worst first, but for what persons decided: table.js has the order
  const by = (id) => document.getElementById(id);
  let table = {rows: [], options: []};
  let shown = [];       // rows that pass the filters, in the order of the table
  let now = 0;          // place in `shown`
  let open = false;     // the view of one image
  let sort = {column: '', down: false};
  const hidden = new Set(); // verdicts that are filtered out

  // An element with text or children.
  function make(tag, attributes = {}, ...inside) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes))
      if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? '' : value);
    element.append(...inside.filter((part) => part !== undefined && part !== null));
    return element;
  }
  const count = (n, what) => `${n} ${what}${n === 1 ? '' : 's'}`;
  const unitOf = (row) => row.unit || row.item;
  // The reason without what the row says anyway.
  const why = (row) => (row.reason || '').replace(/^needs review: /, '').replace(` in '${row.item}'`, '').replace(`'${row.item}' `, '');

  // --- ratings: kept in the browser under the page's address; each belongs to the bytes that were seen ---

  const place = 'efface ratings ' + location.pathname;
  let ratings = new Map();
  let unsaved = false;

  function readStore() {
    try {
      const kept = JSON.parse(localStorage.getItem(place) || '{}');
      ratings = new Map(kept.ratings || []);
      by('rater').value = kept.rater || '';
    } catch (error) {
      say('This browser keeps no ratings: export them before you close the page.');
    }
  }
  function writeStore() {
    unsaved = true;
    try {
      localStorage.setItem(place, JSON.stringify({rater: by('rater').value, ratings: [...ratings]}));
    } catch (error) { /* said by readStore */ }
  }
  function ratingOf(row) {
    const rating = ratings.get(row.item);
    return rating && (rating.sha256 || '') === (row.sha256 || '') ? rating : {rating: '', note: ''};
  }
  // An image without a result has nothing to look at, so nothing to rate; a note is always possible.
  function rate(row, change) {
    if (change.rating && !row.image) return say('There is no result to rate: nothing was written.');
    const rating = {...ratingOf(row), ...change, sha256: row.sha256 || ''};
    if (rating.rating || rating.note) ratings.set(row.item, rating);
    else ratings.delete(row.item);
    writeStore();
    say('');
  }

  // A field of the file: tabs and line ends would break it.
  const field = (text) => String(text || '').replace(/[\t\r\n]+/g, ' ').trim();
  // A name that begins with # would be a comment.
  const itemField = (item) => (item.startsWith('#') ? './' + item : item);

  function exportText() {
    const lines = ['item\trating\tnote\trater\tsha256'];
    for (const row of table.rows) {
      const rating = ratingOf(row);
      if (rating.rating || rating.note)
        lines.push([itemField(row.item), rating.rating || 'n/a', field(rating.note) || 'n/a',
          field(rating.rater || by('rater').value) || 'n/a', row.sha256 || 'n/a'].join('\t'));
    }
    return lines.join('\n') + '\n';
  }
  function exportFile() {
    const url = URL.createObjectURL(new Blob([exportText()], {type: 'text/tab-separated-values'}));
    make('a', {href: url, download: 'ratings.tsv'}).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
    unsaved = false;
  }
  function load(text) {
    const lines = text.split(/\r?\n/).filter((line) => line && !line.startsWith('#'));
    const names = (lines.shift() || '').split('\t');
    const rows = new Map(table.rows.map((row) => [row.item, row]));
    let taken = 0, passed = 0;
    for (const line of lines) {
      const value = Object.fromEntries(line.split('\t').map((part, k) => [names[k], part === 'n/a' ? '' : part]));
      const row = rows.get((value.item || '').replace(/^\.\/#/, '#'));
      const known = value.rating === 'pass' || value.rating === 'fail' || value.rating === '';
      if (!row || !known || (value.sha256 && value.sha256 !== row.sha256)) {
        passed++;
        continue;
      }
      ratings.set(row.item, {rating: value.rating, note: value.note || '', rater: value.rater || '', sha256: row.sha256 || ''});
      taken++;
    }
    writeStore();
    say(`${count(taken, 'rating')} loaded` + (passed ? `, ${passed} of other images or results left out` : ''));
    draw();
  }

  function say(text) {
    by('message').textContent = text;
    by('message').hidden = !text;
  }

  // --- which rows, in which order ---

  const columns = [
    {name: 'verdict', title: 'Verdict', of: (row) => order.indexOf(row.verdict)},
    {name: 'item', title: 'Image', of: (row) => row.item},
    {name: 'unit', title: 'Session', of: unitOf},
    {name: 'reason', title: 'Why', of: why},
    {name: 'confidence', title: 'Confidence', of: (row) => (row.confidence === null ? -1 : row.confidence)},
    {name: 'rating', title: 'Rating', of: (row) => ratingOf(row).rating},
  ];

  function passes(row, needle, rated) {
    const rating = ratingOf(row);
    if (hidden.has(row.verdict)) return false;
    if (rated === 'none' && rating.rating) return false;
    if (rated === 'note' && !rating.note) return false;
    if ((rated === 'pass' || rated === 'fail') && rating.rating !== rated) return false;
    return !needle || [row.item, row.unit, row.reason, row.follows, rating.note].join('\n').toLowerCase().includes(needle);
  }
  function choose() {
    const needle = by('search').value.trim().toLowerCase(), rated = by('rated').value, kept = shown[now];
    shown = table.rows.filter((row) => passes(row, needle, rated));
    const column = columns.find((c) => c.name === sort.column);
    if (column) {
      const collator = new Intl.Collator('en', {numeric: true});
      const compare = (a, b) => (typeof a === 'number' ? a - b : collator.compare(a, b));
      shown.sort((a, b) => (sort.down ? -1 : 1) * compare(column.of(a), column.of(b)));
    }
    now = Math.max(0, shown.indexOf(kept));
    by('shown').textContent = shown.length === table.rows.length ? count(shown.length, 'image')
      : `${shown.length} of ${count(table.rows.length, 'image')}`;
  }

  // --- the table: only the rows in sight exist ---

  const rowHeight = 28; // --row of the style sheet
  const drawn = new Map();

  function rowElement(row, k) {
    const rating = ratingOf(row);
    const element = make('div', {class: 'row', role: 'row', title: row.reason},
      make('span', {class: row.verdict}, row.verdict), make('span', {title: row.item}, row.unit ? row.item.split('/').pop() : row.item),
      make('span', {}, row.unit || ''), make('span', {}, why(row) || (row.follows ? 'follows ' + row.follows : '')),
      make('span', {}, row.confidence === null ? '' : row.confidence.toFixed(2)),
      make('span', {class: rating.rating, title: rating.note}, (rating.rating || '') + (rating.note ? ' ✎' : '')));
    element.style.top = k * rowHeight + 'px';
    element.classList.toggle('now', k === now);
    element.addEventListener('click', () => { now = k; show(true); });
    return element;
  }
  function drawRows(anew) {
    const scroll = by('scroll'), spare = 12;
    by('room').style.height = shown.length * rowHeight + 'px'; // the height in sight follows from it
    const first = Math.max(0, Math.floor(scroll.scrollTop / rowHeight) - spare);
    const last = Math.min(shown.length, Math.ceil((scroll.scrollTop + scroll.clientHeight) / rowHeight) + spare);
    for (const [k, element] of drawn) {
      if (!anew && k >= first && k < last) continue;
      element.remove();
      drawn.delete(k);
    }
    for (let k = first; k < last; k++) {
      if (drawn.has(k)) continue;
      drawn.set(k, rowElement(shown[k], k));
      by('room').append(drawn.get(k));
    }
  }
  function drawHead() {
    document.querySelector('.head').replaceChildren(...columns.map((column) => {
      const arrow = sort.column === column.name ? (sort.down ? ' ▼' : ' ▲') : '';
      const button = make('button', {'data-column': column.name}, column.title + arrow);
      button.addEventListener('click', () => {
        sort = {column: column.name, down: sort.column === column.name && !sort.down};
        draw();
      });
      return button;
    }));
  }
  function keepInSight() {
    const scroll = by('scroll'), top = now * rowHeight;
    if (top < scroll.scrollTop) scroll.scrollTop = top;
    if (top + rowHeight > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = top + rowHeight - scroll.clientHeight;
  }

  // --- the gallery: pictures are loaded when they come into sight, figures are added in portions ---

  const portion = 60;
  let figures = 0;
  const more = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) addFigures(); });

  function figure(row, k) {
    const rating = ratingOf(row);
    const picture = row.picture ? make('img', {src: row.picture, loading: 'lazy', alt: 'result of ' + row.item})
      : make('div', {class: 'none'}, 'no result');
    const element = make('figure', {tabindex: 0, title: row.reason}, picture,
      make('figcaption', {}, make('span', {class: row.verdict}, row.verdict), ' ' + row.item + ' ',
        make('span', {class: rating.rating}, rating.rating ? '· ' + rating.rating : '')));
    element.classList.toggle('now', !open && k === now);
    element.addEventListener('click', () => { now = k; show(true); });
    element.addEventListener('focus', () => { if (!open) now = k; });
    return element;
  }
  function addFigures() {
    const gallery = by('gallery'), end = Math.min(figures + portion, shown.length);
    more.disconnect();
    for (; figures < end; figures++) gallery.append(figure(shown[figures], figures));
    if (figures < shown.length && gallery.lastChild) more.observe(gallery.lastChild);
  }
  function drawGallery() {
    figures = 0;
    by('gallery').replaceChildren();
    addFigures();
  }

  // --- one image ---

  const details = new Map(); // group -> map of item -> {record, seconds}
  const waiting = new Map();

  function askDetails(group, then) {
    if (details.has(group)) return then();
    waiting.set(group, then);
    if (!document.querySelector(`script[data-group="${group}"]`))
      document.body.append(make('script', {src: `report/details/${group}.js`, 'data-group': group}));
  }
  const figureOf = (value) => (value === null ? 'not measured'
    : Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3))));

  function checkRow(check) {
    const [what, unit, means] = words.checks[check.name] || [check.name, '', ''];
    return make('tr', {}, make('td', {class: check.holds ? 'pass' : 'failed'}, check.holds ? '✓ holds' : '✗ does not hold'),
      make('td', {}, what, check.holds || !means ? '' : make('div', {class: 'failed'}, means)),
      make('td', {class: 'number'}, figureOf(check.value) + (unit && check.value !== null ? ' ' + unit : '')),
      make('td', {}, `${check.expected} ${figureOf(check.limit)}` + (unit ? ' ' + unit : '')));
  }
  function drawChecks(row) {
    const found = details.get(row.details).get(row.item);
    const record = found && found.record, place = by('checks');
    if (!record) return place.replaceChildren('There is no record of this image.');
    const checks = [...record.checks].sort((a, b) => a.holds - b.holds);
    const parts = [make('p', {}, checks.length ? 'Failed checks come first.' : 'No check was reached.')];
    if (checks.length)
      parts.push(make('table', {}, make('thead', {}, make('tr', {}, ...['', 'What was checked', 'Value', 'Expected'].map((t) => make('th', {}, t)))),
        make('tbody', {}, ...checks.map(checkRow))));
    const stages = record.timings.map((timing) => `${timing.stage} ${figureOf(timing.seconds)} s`).join(', ');
    parts.push(make('p', {}, `efface ${record.version}; ${record.mask_voxels} voxels in the mask, ${record.brain_voxels} protected. ${stages}.`));
    if (record.person)
      parts.push(make('p', {}, `A person rated it ${record.person.rating}${record.person.rater ? ' (' + record.person.rater + ')' : ''}` +
        `${record.person.note ? ': ' + record.person.note : ''}.`));
    place.replaceChildren(...parts);
  }
  // --- the viewer (NiiVue): loaded when it is asked for ---

  let viewer;
  const volumes = new Map(); // number -> what waits for it

  function loadScript(src) {
    return new Promise((then, otherwise) => {
      const script = make('script', {src});
      script.onload = then;
      script.onerror = () => otherwise(new Error('cannot load ' + src));
      document.body.append(script);
    });
  }
  async function startViewer() {
    if (!window.niivue) await loadScript('report/niivue.js');
    if (viewer) return;
    by('canvas-place').replaceChildren(make('canvas', {id: 'canvas'}));
    viewer = new window.niivue.Niivue({backColor: [0, 0, 0, 1], crosshairWidth: 0.5, multiplanarShowRender: 1, logLevel: 'error'});
    await viewer.attachToCanvas(by('canvas'));
    viewer.setSliceType(viewer.sliceTypeMultiplanar);
  }
  // images: [name, how to load it as NiiVue's image], the result first, then masks.
  async function showVolumes(images) {
    await startViewer();
    while (viewer.volumes.length) viewer.removeVolume(viewer.volumes[0]);
    for (const [k, [name, load]] of images.entries()) {
      const mask = k > 0 ? {colormap: 'red', opacity: 0.4, cal_min: 0.5, cal_max: 1} : {colormap: 'gray', opacity: 1};
      viewer.addVolume(await load({name, ...mask}));
    }
    viewer.setRenderAzimuthElevation(150, 10); // the face side, from the right of the picture
    by('with-mask').disabled = viewer.volumes.length < 2;
    showMask();
    by('viewer-says').textContent = images.map(([name]) => name).join(', ');
    by('viewer').dataset.drawn = images.length;
  }
  function showMask() {
    if (viewer) viewer.volumes.slice(1).forEach((volume, k) => viewer.setOpacity(k + 1, by('with-mask').checked ? 0.4 : 0));
  }
  const image = () => window.niivue.NVImage;
  // A copy in the pages, a web server, or else the person's hand, since a page from a disk may read no file by itself.
  async function openViewer(row) {
    const nameOf = (url) => decodeURIComponent(url.split('/').pop());
    by('viewer').hidden = false;
    by('choose').hidden = true;
    by('viewer-says').textContent = 'Loading …';
    try {
      if (row.volume !== undefined) {
        const copy = await new Promise((then, otherwise) => {
          volumes.set(row.volume, then);
          loadScript(`report/volumes/${row.volume}.js`).catch(otherwise);
        });
        if (copy[0]) return await showVolumes(copy.filter(Boolean).map(([name, base64]) => [name, (how) => image().loadFromBase64({base64, ...how})]));
      } else if (/^https?:$/.test(location.protocol))
        return await showVolumes([row.image, row.mask].filter(Boolean).map((url) => [nameOf(url), (how) => image().loadFromUrl({url, ...how})]));
      by('choose').hidden = false;
      by('viewer-says').textContent = 'Choose ' + [row.image, row.mask].filter(Boolean).map(nameOf).join(' and ') +
        ' from the disk: a browser lets a page read no file by itself.';
    } catch (error) {
      by('viewer-says').textContent = 'The result cannot be shown: ' + error.message;
    }
  }
  async function chooseFiles(files) {
    const sorted = [...files].sort((a, b) => /mask/.test(a.name) - /mask/.test(b.name));
    try {
      await showVolumes(sorted.map((file) => [file.name, (how) => image().loadFromFile({file, ...how})]));
    } catch (error) {
      by('viewer-says').textContent = 'The files cannot be shown: ' + error.message;
    }
  }
  function closeViewer() {
    by('viewer').hidden = true;
    delete by('viewer').dataset.drawn;
    if (viewer) while (viewer.volumes.length) viewer.removeVolume(viewer.volumes[0]);
  }

  function drawRating() {
    const row = shown[now], rating = ratingOf(row);
    by('pass').setAttribute('aria-pressed', rating.rating === 'pass');
    by('fail').setAttribute('aria-pressed', rating.rating === 'fail');
    by('pass').disabled = by('fail').disabled = !row.image;
    by('note').value = rating.note;
    by('rating').className = rating.rating;
    by('rating').textContent = rating.rating ? 'rated ' + rating.rating : '';
  }
  function drawImage() {
    const row = shown[now];
    by('place').textContent = `${now + 1} of ${shown.length}`;
    by('name').replaceChildren(make('span', {class: row.verdict}, row.verdict), ' ' + row.item);
    const person = row.rater || row.note ? [row.rater && 'rater ' + row.rater, row.note].filter(Boolean).join(': ') : '';
    by('reason').textContent = [row.reason || words.verdicts[row.verdict].replace(/\.$/, ''), person,
      row.follows && `the head was found through ${row.follows}`].filter(Boolean).join('; ') + '.';
    by('picture').replaceChildren(row.picture ? make('img', {src: row.picture, alt: 'five views and three slices of the result'})
      : row.image ? 'No picture was drawn.' : row.verdict === 'review' ? 'Nothing was written. The option --keep-review writes the result, so that you can look at it.'
        : 'There is no result to look at.');
    by('links').replaceChildren(...[['image', 'the result'], ['mask', 'the mask of what was removed']].filter(([name]) => row[name])
      .map(([name, title]) => make('a', {href: row[name]}, title)));
    closeViewer();
    if (row.image) {
      const button = make('button', {id: 'view'}, '3-D view');
      button.addEventListener('click', () => openViewer(row));
      by('links').prepend(button);
    }
    by('checks').textContent = '';
    askDetails(row.details, () => { if (shown[now] === row) drawChecks(row); });
    const siblings = table.rows.filter((other) => unitOf(other) === unitOf(row) && other !== row);
    by('unit').textContent = siblings.length ? 'Other images of ' + unitOf(row) : '';
    by('siblings').replaceChildren(...siblings.map((other) => {
      const element = figure(other, -1);
      element.addEventListener('click', () => go(other));
      return element;
    }));
    drawRating();
  }
  // Opens the image of a row, whatever the filters say.
  function go(row) {
    if (!shown.includes(row)) {
      hidden.clear();
      by('search').value = by('rated').value = '';
      choose();
    }
    now = shown.indexOf(row);
    show(true);
  }

  // --- views ---

  const asGallery = () => by('as-gallery').getAttribute('aria-pressed') === 'true';

  function draw() {
    choose();
    drawCounts();
    drawHead();
    by('table').hidden = asGallery();
    by('gallery').hidden = !asGallery();
    if (asGallery()) drawGallery();
    else drawRows(true);
  }
  function show(image) {
    open = image && shown.length > 0;
    by('image-view').hidden = !open;
    by('list-view').hidden = open;
    history.replaceState(null, '', open ? '#' + encodeURIComponent(shown[now].item) : location.pathname + location.search);
    if (open) {
      drawImage();
      return window.scrollTo(0, 0);
    }
    draw();
    if (asGallery()) by('gallery').children[now]?.scrollIntoView({block: 'center'});
    else {
      keepInSight();
      drawRows();
    }
  }
  function step(by_) {
    if (!shown.length) return;
    now = Math.min(Math.max(now + by_, 0), shown.length - 1);
    if (open) return show(true);
    if (asGallery()) {
      while (figures <= now) addFigures();
      by('gallery').querySelectorAll('.now').forEach((element) => element.classList.remove('now'));
      by('gallery').children[now].classList.add('now');
      return by('gallery').children[now].scrollIntoView({block: 'nearest'});
    }
    keepInSight();
    drawRows(true);
  }
  // A rating moves on to the next image, so that a rater needs one key for each.
  function judge(rating) {
    if (!shown.length) return;
    const row = shown[now];
    rate(row, {rating});
    if (rating && row.image && now < shown.length - 1) return step(1);
    if (open) drawRating();
    else if (asGallery()) drawGallery();
    else drawRows(true);
  }

  // --- the head of the page ---

  function drawCounts() {
    const counts = new Map(order.map((verdict) => [verdict, 0]));
    for (const row of table.rows) counts.set(row.verdict, (counts.get(row.verdict) || 0) + 1);
    by('counts').replaceChildren(...[...counts].filter(([, n]) => n > 0).map(([verdict, n]) => {
      const button = make('button', {'aria-pressed': String(!hidden.has(verdict)), 'data-verdict': verdict, class: verdict,
        title: words.verdicts[verdict]}, make('b', {}, String(n)), verdict);
      button.addEventListener('click', () => {
        if (!hidden.delete(verdict)) hidden.add(verdict);
        draw();
      });
      return button;
    }));
  }
  function command(options) {
    const all = ['forehead', 'eyes', 'nose', 'mouth', 'chin', 'cheeks', 'ear-left', 'ear-right'];
    const whole = all.every((part) => options.parts.includes(part));
    const parts = whole ? ['all', ...options.parts.filter((part) => !all.includes(part))] : options.parts;
    return ['efface', table.command, 'IN', 'OUT', '--mode', options.mode, '--parts', parts.join(','), '--fill', options.fill,
      '--margin', options.margin_mm, ...(options.mode === 'blur' ? ['--strength', options.strength_mm] : []),
      '--engine', options.engine, ...(options.seed_given ? ['--seed', 'N'] : []),
      ...(options.keep_header ? ['--keep-header'] : []), ...(options.keep_review ? ['--keep-review'] : []),
      ...(options.deidentify ? ['--deidentify', '--retain', options.retain.join(',') || 'none'] : [])].join(' ');
  }
  function parsed(text) {
    try { return JSON.parse(text); } catch (error) { return null; }
  }
  function tally(values) {
    const counts = new Map();
    for (const value of values) if (value) counts.set(value, (counts.get(value) || 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]);
  }
  // Authors, title and so on of the citation file (CFF): plain lines are enough of YAML here.
  function cite() {
    const of = (key) => (new RegExp(`^(?:  - )?${key}: *"?(.*?)"?$`, 'm').exec(table.citation || '') || [])[1] || '';
    return `${of('name')}. ${of('title')}. Version ${table.version}. Software, ${of('license')}.`;
  }
  function methods(commands) {
    const n = (verdict) => table.rows.filter((row) => row.verdict === verdict).length;
    const written = n('pass') + n('accepted'), units = new Set(table.rows.map(unitOf)).size;
    const options = commands.map(([text]) => parsed(text)).filter(Boolean);
    const modes = {remove: ['remove ', ''], blur: ['replace ', ' by a head without features'], reface: ['replace ', ' by a mean face with random variation']};
    const margins = [...new Set(options.map((o) => o.margin_mm))].join(' or ');
    const versions = tally(table.rows.map((row) => row.version)).map(([version]) => version).join(', ') || table.version;
    const whole = options.every((o) => ['eyes', 'ear-left', 'ear-right'].every((part) => o.parts.includes(part)));
    const parts = [...new Set(options.flatMap((o) => o.parts))].join(', ');
    const object = whole ? 'face and ears' : `parts of the head (${parts})`;
    const what = [...new Set(options.map((o) => o.mode))].map((mode) => (modes[mode] || modes.remove).join(object)).join(' or ') || 'remove face and ears';
    const were = (k, how) => `${k} ${parseInt(k, 10) === 1 ? 'was' : 'were'} ${how}`;
    return `efface ${versions} was used to ${what} in ` +
      `${count(table.rows.length, 'image')} of ${count(units, 'session')}` + (margins ? ` (margin around the brain: ${margins} mm)` : '') +
      '. The program checked for each image whether the face is gone and whether the protected brain and every voxel outside the ' +
      `mask kept their stored values. ${were(count(written, 'image'), 'released')}: ${n('pass')} passed all checks` +
      (n('accepted') ? `, ${were(n('accepted'), 'accepted by a person after a review')}` : '') + '. ' +
      `${n('review')} still need${n('review') === 1 ? 's' : ''} review, ${were(n('refused'), 'refused')}, ${were(n('rejected'), 'rejected by a person')}` +
      (n('failed') + n('unfinished') ? `, ${were(n('failed') + n('unfinished'), 'not done')}` : '') + '.';
  }
  function drawHeader() {
    document.body.classList.toggle('single', !table.rows.some((row) => row.unit)); // each image is its own session
    const n = (verdict) => table.rows.filter((row) => row.verdict === verdict).length;
    const units = new Set(table.rows.map(unitOf)).size;
    const commands = tally(table.rows.map((row) => table.options[row.options]));
    const lines = new Map();
    for (const [text, times] of commands) {
      const options = parsed(text);
      if (options) lines.set(command(options), (lines.get(command(options)) || 0) + times);
    }
    by('sentence').textContent = `${count(units, 'session')}, ${count(table.rows.length, 'image')}: ${n('pass')} passed, ` +
      `${n('review')} need review, ${n('refused')} refused, ${n('failed')} failed` +
      (n('unfinished') ? `, ${n('unfinished')} unfinished` : '') +
      (n('accepted') + n('rejected') ? `; by a person ${n('accepted')} accepted, ${n('rejected')} rejected` : '') + '.';
    by('warning').hidden = !table.rows.some((row) => row.verdict === 'review' && row.image);
    by('versions').textContent = tally(table.rows.map((row) => row.version)).map(([version, times]) => `efface ${version} (${count(times, 'image')})`).join(', ');
    by('commands').textContent = [...lines].map(([line, times]) => line + (lines.size > 1 ? `   # ${count(times, 'image')}` : '')).join('\n');
    by('methods').textContent = methods(commands);
    by('citation').textContent = 'Citation: ' + cite();
    by('verdict-words').replaceChildren(...order.map((verdict) =>
      make('tr', {}, make('th', {class: verdict, scope: 'row'}, verdict), make('td', {}, words.verdicts[verdict]))));
  }

  // --- events ---

  function setGallery(gallery) {
    by('as-gallery').setAttribute('aria-pressed', String(gallery));
    by('as-table').setAttribute('aria-pressed', String(!gallery));
    draw();
  }
  const keys = {
    ArrowDown: () => step(1), j: () => step(1), ArrowUp: () => step(-1), k: () => step(-1),
    Enter: () => show(true), Escape: () => show(false),
    p: () => judge('pass'), f: () => judge('fail'), u: () => judge(''),
    n: () => { if (!open) show(true); by('note').focus(); },
  };
  document.addEventListener('keydown', (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (typing && (event.key === 'Enter' || event.key === 'Escape')) return event.target.blur();
    if (typing || event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
    if (event.key === 'Enter' && /^(BUTTON|A|SUMMARY)$/.test(event.target.tagName)) return;
    event.preventDefault();
    keys[event.key]();
  });
  const on = (id, event, what) => by(id).addEventListener(event, what);
  on('scroll', 'scroll', () => drawRows());
  on('search', 'input', draw);
  on('rated', 'change', draw);
  on('as-table', 'click', () => setGallery(false));
  on('as-gallery', 'click', () => setGallery(true));
  on('export', 'click', exportFile);
  on('rater', 'change', writeStore);
  on('load', 'change', async (event) => {
    for (const file of event.target.files) load(await file.text());
    event.target.value = '';
  });
  on('files', 'change', (event) => chooseFiles(event.target.files));
  on('with-mask', 'change', showMask);
  on('close', 'click', closeViewer);
  on('back', 'click', () => show(false));
  on('previous', 'click', () => step(-1));
  on('next', 'click', () => step(1));
  on('pass', 'click', () => judge('pass'));
  on('fail', 'click', () => judge('fail'));
  on('note', 'change', () => { rate(shown[now], {note: field(by('note').value)}); drawRating(); });
  window.addEventListener('resize', () => { if (!open && !asGallery()) drawRows(); });
  window.addEventListener('beforeunload', (event) => { if (unsaved) event.preventDefault(); });

  // --- what the data files call ---

  window.efface = {
    table(data) {
      table = data;
      readStore();
      drawHeader();
      draw();
      const wanted = decodeURIComponent(location.hash.slice(1));
      const row = wanted && table.rows.find((one) => one.item === wanted);
      if (row) go(row);
    },
    details(group, images) {
      details.set(group, new Map(images.map(([item, record, seconds]) => [item, {record: record && parsed(record), seconds}])));
      const then = waiting.get(group);
      waiting.delete(group);
      if (then) then();
    },
    volume(number, ...images) {
      volumes.get(number)?.(images);
      volumes.delete(number);
    },
  };
})();
