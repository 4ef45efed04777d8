// Drives the report's page from inside, for tests/report: added to a copy of index.html. Its result is the text of
// <pre id="result">.
'use strict';
(() => {
  const lines = [];
  let failures = 0;
  const check = (holds, what) => {
    if (holds) return;
    failures++;
    lines.push('failed: ' + what);
  };
  const by = (id) => document.getElementById(id);
  const rows = () => [...document.querySelectorAll('#room .row')].sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top));
  const column = (k) => rows().map((row) => row.children[k].textContent);
  const key = (name) => document.body.dispatchEvent(new KeyboardEvent('keydown', {key: name, bubbles: true}));
  const type = (id, text) => {
    by(id).value = text;
    by(id).dispatchEvent(new Event('input', {bubbles: true}));
    by(id).dispatchEvent(new Event('change', {bubbles: true}));
  };
  const sortBy = (name) => document.querySelector(`.head [data-column=${name}]`).click();
  const verdict = (name) => document.querySelector(`#counts [data-verdict=${name}]`).click();
  let alerts = 0;
  window.alert = () => alerts++;

  // worst first
  check(column(0).slice(0, 22).join() === [...Array(11).fill('review'), ...Array(10).fill('refused'), 'failed'].join(),
    'worst first: ' + column(0).slice(0, 23));
  check(by('shown').textContent === '1004 images', by('shown').textContent);
  check(by('sentence').textContent.startsWith('253 sessions, 1004 images: 981 passed, 11 need review, 10 refused, 1 failed, 1 unfinished'),
    by('sentence').textContent);
  check(by('methods').textContent.includes('981 images were released: 981 passed all checks. 11 still need review, 10 were refused'), 'methods: ' + by('methods').textContent);
  check(by('methods').textContent.startsWith('efface 0.1.0, <u>0</u> was used to remove face and ears in 1004 images of 25'), 'methods: ' + by('methods').textContent);
  check(by('citation').textContent.includes('The efface developers. efface: removes faces'), by('citation').textContent);
  check(by('commands').textContent.startsWith('efface batch IN OUT --mode remove --parts all --fill noise --margin 4'), by('commands').textContent);
  check(!by('warning').hidden, 'warning of faces');
  check(document.querySelectorAll('#verdict-words tr').length === 7, 'words of verdicts');

  // sorting, by text with numbers and by numbers, in both directions
  sortBy('item');
  check(column(1).filter((name) => name.startsWith('sub-')).slice(0, 5).join() ===
    [0, 1, 2, 3].map((k) => `sub-0_run-${k}_T1w.nii.gz`).concat('sub-1_run-0_T1w.nii.gz').join(), 'by name: ' + column(1).slice(0, 8));
  sortBy('item');
  check(column(1)[1] === 'sub-249_run-3_T1w.nii.gz', 'by name, down: ' + column(1).slice(0, 3));
  sortBy('confidence');
  check(column(4)[0] === '' && column(4)[4] === '0.40', 'by confidence: ' + column(4).slice(0, 5));
  sortBy('verdict');

  // filters
  type('search', 'NO HEAD WAS');
  check(by('shown').textContent === '10 of 1004 images' && new Set(column(0)).size === 1 && column(0)[0] === 'refused', 'search: ' + by('shown').textContent);
  type('search', '');
  verdict('pass');
  check(by('shown').textContent === '23 of 1004 images', 'without passes: ' + by('shown').textContent);
  verdict('pass');

  // names are text
  type('search', '<img');
  check(column(1).join() === '<img src=x onerror=alert(2)>.nii.gz', 'a name as text: ' + column(1));
  key('Enter');
  check(by('name').textContent.endsWith('<img src=x onerror=alert(2)>.nii.gz') && by('reason').textContent.includes('</script>'), 'view: ' + by('name').textContent);
  check(document.querySelectorAll('#image-view img, #image-view b, #image-view i, header u').length === 0, 'no markup from names');
  check(by('pass').disabled, 'nothing to rate without a result');
  key('Escape');

  // links of odd names
  type('search', '#1');
  key('Enter');
  check(document.querySelector('#picture img').src.endsWith('/efface/pictures/%231%20%2541%3F.png'), 'link of a picture');
  check(document.querySelector('#links a').getAttribute('href') === '../%231%20%2541%3F.nii.gz', 'link of an image');
  const odd = document.querySelector('#picture img');
  key('p');
  key('Escape');
  type('search', '');

  // rating by keys: each goes on to the next
  sortBy('item');
  sortBy('verdict');
  by('scroll').scrollTop = 0;
  rows()[0].click();
  const first = by('name').textContent;
  key('p');
  check(by('name').textContent !== first, 'the next image follows');
  key('f');
  key('n');
  check(document.activeElement === by('note'), 'the key n goes to the note');
  by('note').value = 'nose\tleft';
  by('note').dispatchEvent(new Event('change', {bubbles: true}));
  by('note').blur();
  key('p');
  key('k');
  check(by('rating').textContent === 'rated pass' && by('note').value === 'nose left', 'rated: ' + by('rating').textContent + by('note').value);
  key('u');
  check(by('rating').textContent === '', 'a rating taken back');
  key('Escape');
  type('rater', 'A. B.');
  type('rated', 'fail');
  check(by('shown').textContent === '1 of 1004 images', 'rated: ' + by('shown').textContent);
  type('rated', '');

  // export
  let text, name;
  window.Blob = function (parts) { text = parts.join(''); };
  URL.createObjectURL = () => 'blob:none';
  HTMLAnchorElement.prototype.click = function () { name = this.download; };
  by('export').click();
  check(name === 'ratings.tsv' && Boolean(text), 'a file to save');

  // gallery
  by('as-gallery').click();
  const pictures = [...document.querySelectorAll('#gallery img')];
  check(document.querySelectorAll('#gallery figure').length === 60, 'the first portion of pictures');
  check(pictures.length > 50 && pictures.every((image) => image.loading === 'lazy'), 'pictures are loaded lazily');
  by('as-table').click();

  // speed: each step of a fast scroll, with layout, and each key of a search
  const steps = [], searches = [];
  for (let top = 0; top < 1004 * 28; top += 400) {
    const begin = performance.now();
    by('scroll').scrollTop = top;
    by('scroll').dispatchEvent(new Event('scroll'));
    by('room').getBoundingClientRect();
    steps.push(performance.now() - begin);
  }
  check(rows().at(-1).children[1].textContent.length > 0 && rows().length < 80, 'only rows in sight exist: ' + rows().length);
  for (const text of ['s', 'su', 'sub', 'sub-1', 'sub-12', '']) {
    const begin = performance.now();
    type('search', text);
    by('room').getBoundingClientRect();
    searches.push(performance.now() - begin);
  }

  // the record of an image, which is loaded when it is looked at
  type('search', 'sub-1_run-3');
  key('Enter');
  window.addEventListener('load', () => {
    check(by('checks').textContent.includes('Confidence in the place of the head') && by('checks').textContent.includes('does not hold') &&
      by('checks').textContent.includes('at least 0.5'), 'checks: ' + by('checks').textContent);
    check(document.querySelectorAll('#siblings figure').length === 3, 'the other images of the session');
    check(odd.complete && odd.naturalWidth === 1, 'a picture with an odd name is drawn');
    check(alerts === 0, 'no script from a name ran');
    const sha = '0123456789abcdef'.repeat(4);
    const table = text.split('\n').map((line) => line.split('\t'));
    check(table[0].join() === 'item,rating,note,rater,sha256', 'columns: ' + table[0]);
    check(table.length === 6 && table.every((row, k) => k === 5 || row.length === 5), 'rows: ' + text);
    check(text.includes(`.nii.gz\tpass\tn/a\tA. B.\t${sha}\n`) && text.includes(`_T1w.nii.gz\tfail\tn/a\tA. B.\t${sha}\n`), 'ratings: ' + text);
    check(text.includes(`\tn/a\tnose left\tA. B.\t${sha}\n`), 'a note alone: ' + text);
    check(text.includes('\n./#1 %41?.nii.gz\tpass\t'), 'a name that begins with #: ' + text);
    const middle = (times) => times.sort((a, b) => a - b)[times.length >> 1].toFixed(1) + ' ms (at most ' + times.at(-1).toFixed(1) + ')';
    lines.push(`a step of scrolling takes ${middle(steps)}, a key of a search ${middle(searches)}`);
    const result = document.createElement('pre');
    result.id = 'result';
    result.textContent = lines.concat(failures ? `${failures} failed` : 'all held').join('\n');
    document.body.append(result);
  });
})();
