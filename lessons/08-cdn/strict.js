// What HTTP asks of a cache and nginx leaves out. nginx runs this (njs) for each answer.

const UNDERSTOOD = [200, 203, 204, 300, 301, 302, 303, 304, 307, 308, 404, 405, 410, 414, 501];
const FOREVER = 2147483648;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

// -- on the way from the origin

// Say how many seconds of freshness are left; nginx obeys X-Accel-Expires before all else.
function arrived(r) {
  const said = r.variables;
  (said.upstream_http_connection || '').split(',').forEach(name => {
    const listed = name.trim();
    if (listed && !/^(close|keep-alive)$/i.test(listed)) {
      delete r.headersOut[listed];
    }
  });
  if (r.status === 304) {
    keepNews(r);
  }
  const left = secondsLeft(r, said);
  if (left !== null) {
    r.headersOut['X-Accel-Expires'] = left;
  }
}

function secondsLeft(r, said) {
  const targeted = targetedAt(said.upstream_http_cdn_cache_control);
  const rules = targeted || directives(said.upstream_http_cache_control);
  if (r.status === 304 && Object.keys(rules).length === 0 && !said.upstream_http_expires) {
    return null;                    // nothing new: what the copy says still holds
  }
  if (!mayStore(r, said, rules)) {
    return '0';
  }
  const lives = lifetime(said, rules, !targeted);
  if (lives === null) {
    return '0';
  }
  const left = 'no-cache' in rules ? 0 : lives - ageOf(said);
  if (left > 0) {
    return String(left);
  }
  const useful = said.upstream_http_etag || said.upstream_http_last_modified;
  return useful || 'stale-while-revalidate' in rules || 'stale-if-error' in rules ? '@1' : '0';
}

function mayStore(r, said, rules) {
  if ('must-understand' in rules ? UNDERSTOOD.indexOf(r.status) < 0 : 'no-store' in rules) {
    return false;
  }
  if ('private' in rules || /\*/.test(said.upstream_http_vary || '')) {
    return false;
  }
  const shared = 'public' in rules || 's-maxage' in rules || 'must-revalidate' in rules;
  return !r.headersIn.Authorization || shared;
}

function lifetime(said, rules, mayUseExpires) {
  const name = 's-maxage' in rules ? 's-maxage' : 'max-age';
  if (name in rules) {
    return /^\d+$/.test(rules[name]) ? Math.min(Number(rules[name]), FOREVER) : 0;
  }
  if (mayUseExpires && said.upstream_http_expires) {
    const until = parseDate(said.upstream_http_expires);
    const since = parseDate(said.upstream_http_date) || Date.now() / 1000;
    return until === null ? 0 : Math.floor(until - since);
  }
  return 'no-cache' in rules ? 0 : null;
}

// Seconds since the origin made or confirmed it, whatever other caches it went through.
function ageOf(said) {
  const told = /^\d+$/.exec((said.upstream_http_age || '').split(',')[0].trim());
  const made = parseDate(said.upstream_http_date);
  const apparent = made === null ? 0 : Math.floor(Date.now() / 1000 - made);
  return Math.max(0, apparent, told ? Number(told[0]) : 0);
}

// -- on the way to the client

function answered(r) {
  if (/^(GET|HEAD|OPTIONS|TRACE)$/.test(r.method)) {
    writeAge(r);
  } else if (r.status >= 200 && r.status < 400) {
    ngx.shared.changes.incr(place(r), 1, 0);   // whoever changes a thing makes its copies void
  }
}

function writeAge(r) {
  const how = r.variables.upstream_cache_status;
  const copy = place(r) + variant(r);
  const now = Date.now() / 1000;
  let born = ngx.shared.births.get(copy);
  renew(r);
  if (how === 'HIT' || how === 'STALE' || how === 'UPDATING') {
    if (born === undefined) {
      born = parseDate(r.headersOut.Date) || now;
    }
    r.headersOut.Age = String(Math.max(0, Math.floor(now - born)));
  } else if (how) {
    born = how === 'REVALIDATED' ? now : now - (Number(r.headersOut.Age) || 0);
    ngx.shared.births.set(copy, born);
  }
}

// A 304 has no body, but it may have headers that replace the copy's.
function keepNews(r) {
  const news = {};
  for (const name in r.headersOut) {
    if (!/^(content-(length|encoding|type|range)|etag|connection|transfer-encoding|set-cookie|x-accel-.*)$/i.test(name)) {
      news[name] = r.headersOut[name];
    }
  }
  const copy = r.headersIn['If-None-Match'] || r.headersIn['If-Modified-Since'];
  ngx.shared.news.set(place(r) + copy, JSON.stringify(news));
}

function renew(r) {
  const copy = place(r) + (r.headersOut.ETag || r.headersOut['Last-Modified']);
  const text = ngx.shared.news.get(copy);
  if (text === undefined) {
    return;
  }
  if (/^(MISS|EXPIRED|BYPASS)$/.test(r.variables.upstream_cache_status)) {
    ngx.shared.news.delete(copy);
    return;
  }
  const news = JSON.parse(text);
  for (const name in news) {
    r.headersOut[name] = news[name];
  }
}

// Copies that differ by request headers have ages of their own.
function variant(r) {
  const names = (r.headersOut.Vary || '').toString().split(',');
  return names.map(name => name.trim() && '|' + r.headersIn[name.trim()]).join('');
}

function place(r) {
  return r.variables.host + r.variables.request_uri;
}

// Part of the cache's key: rises when somebody changes the thing.
function version(r) {
  return String(ngx.shared.changes.get(place(r)) || '');
}

// -- reading headers

function directives(text) {
  const found = {};
  const pattern = /([^\s=,;"]+)(?:=("(?:[^"\\]|\\.)*"|[^\s,;"]*))?/g;
  let match = pattern.exec(text || '');
  while (match) {
    const name = match[1].toLowerCase();
    if (!(name in found)) {
      found[name] = match[2] === undefined ? '' : match[2].replace(/^"(.*)"$/, '$1');
    }
    match = pattern.exec(text);
  }
  return found;
}

// RFC 9213: directives for CDNs alone, a structured field; null when there are none or they are malformed.
function targetedAt(text) {
  if (!text || !/^\s*[a-z*][a-z0-9_.*-]*(=[^\s,;]+)?\s*(;[^,]*)?(,\s*[a-z*][a-z0-9_.*-]*(=[^\s,;]+)?\s*(;[^,]*)?)*$/.test(text)) {
    return null;
  }
  const found = directives(text);
  return /max-?age="/.test(text) ? null : found;
}

function parseDate(text) {
  if (!text) {
    return null;
  }
  const parts = /^[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/.exec(text);
  if (parts) {
    return seconds(parts[3], parts[2], parts[1], parts[4], parts[5], parts[6]);
  }
  const short = /^[A-Z][a-z]+, (\d\d)-([A-Z][a-z]{2})-(\d\d) (\d\d):(\d\d):(\d\d) GMT$/.exec(text);
  if (short) {
    const year = 2000 + Number(short[3]);
    return seconds(year > new Date().getFullYear() + 50 ? year - 100 : year,
      short[2], short[1], short[4], short[5], short[6]);
  }
  const old = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/.exec(text);
  return old ? seconds(old[6], old[1], old[2], old[3], old[4], old[5]) : null;
}

function seconds(year, month, day, hour, minute, second) {
  const at = MONTHS.indexOf(month);
  if (at < 0 || at % 3) {
    return null;
  }
  return Date.UTC(Number(year), at / 3, Number(day), Number(hour), Number(minute), Number(second)) / 1000;
}

export default { answered, arrived, version };
