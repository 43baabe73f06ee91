// What HTTP asks of a cache and nginx leaves out (RFC 9111). nginx runs this itself, with njs.
//
// An answer passes here twice: `arrived` on the way from the origin, before it is kept,
// and `answered` on the way to the visitor, whether it is a copy or not.

const FOREVER = 2147483648;
const UNDERSTOOD = [200, 203, 204, 300, 301, 302, 303, 304, 307, 308, 404, 405, 410, 414, 501];
const SAFE = /^(GET|HEAD|OPTIONS|TRACE)$/;
const FROM_A_COPY = /^(HIT|STALE|UPDATING)$/;
const FROM_THE_ORIGIN = /^(MISS|EXPIRED|BYPASS)$/;
// Of a 304's headers, these say nothing new about the copy, or are about the message itself.
const NO_NEWS = /^(content-(length|encoding|type|range)|etag|connection|transfer-encoding)$/i;
const NEVER_NEWS = /^(set-cookie|x-accel-.*)$/i;

// -- from the origin

function arrived(r) {
  const said = r.variables;
  dropHeadersOfThisHop(r, said.upstream_http_connection);
  if (r.status === 304) {
    keepNews(r);
  }
  const left = secondsLeft(r, said);
  if (left !== null) {
    r.headersOut['X-Accel-Expires'] = left; // nginx obeys it before all else, and hides it
  }
}

function dropHeadersOfThisHop(r, listed) {
  (listed || '').split(',').forEach(one => {
    const name = one.trim();
    if (name && !/^(close|keep-alive)$/i.test(name)) {
      delete r.headersOut[name];
    }
  });
}

// How long nginx may use it: '0' is not to keep it, '@1' to keep it and ask before each use.
function secondsLeft(r, said) {
  const targeted = forCdns(said.upstream_http_cdn_cache_control);
  const rules = targeted || directives(said.upstream_http_cache_control);
  if (r.status === 304 && Object.keys(rules).length === 0 && !said.upstream_http_expires) {
    return null; // what the copy itself says still holds
  }
  const lives = lifetime(said, rules, !targeted);
  if (lives === null || !mayBeKept(r, said, rules)) {
    return '0';
  }
  const left = 'no-cache' in rules ? 0 : lives - age(said);
  if (left > 0) {
    return String(left);
  }
  const canBeAsked = said.upstream_http_etag || said.upstream_http_last_modified;
  const mayBeStale = 'stale-while-revalidate' in rules || 'stale-if-error' in rules;
  return canBeAsked || mayBeStale ? '@1' : '0';
}

function mayBeKept(r, said, rules) {
  const isUnderstood = UNDERSTOOD.indexOf(r.status) >= 0;
  if ('must-understand' in rules ? !isUnderstood : 'no-store' in rules) {
    return false;
  }
  if ('private' in rules || (said.upstream_http_vary || '').indexOf('*') >= 0) {
    return false;
  }
  const isShared = 'public' in rules || 's-maxage' in rules || 'must-revalidate' in rules;
  return !r.headersIn.Authorization || isShared;
}

function lifetime(said, rules, mayUseExpires) {
  const name = 's-maxage' in rules ? 's-maxage' : 'max-age';
  if (name in rules) {
    return /^\d+$/.test(rules[name]) ? Math.min(Number(rules[name]), FOREVER) : 0;
  }
  if (mayUseExpires && said.upstream_http_expires) {
    const until = readDate(said.upstream_http_expires);
    const since = readDate(said.upstream_http_date) || Date.now() / 1000;
    return until === null ? 0 : Math.floor(until - since);
  }
  return 'no-cache' in rules ? 0 : null;
}

// Seconds since an origin made it, through whatever caches it came.
function age(said) {
  const told = /^\d+$/.exec((said.upstream_http_age || '').split(',')[0].trim());
  const made = readDate(said.upstream_http_date);
  const apparent = made === null ? 0 : Math.floor(Date.now() / 1000 - made);
  return Math.max(0, apparent, told ? Number(told[0]) : 0);
}

// -- to the visitor

function answered(r) {
  if (SAFE.test(r.method)) {
    renew(r);
    writeAge(r);
  } else if (r.status >= 200 && r.status < 400) {
    ngx.shared.changes.incr(place(r), 1, 0); // who changes a thing voids its copies
  }
}

function writeAge(r) {
  const how = r.variables.upstream_cache_status || '';
  const copy = place(r) + variant(r);
  const now = Date.now() / 1000;
  if (FROM_A_COPY.test(how)) {
    const born = ngx.shared.births.get(copy) || readDate(r.headersOut.Date) || now;
    r.headersOut.Age = String(Math.max(0, Math.floor(now - born)));
  } else if (how === 'REVALIDATED') {
    ngx.shared.births.set(copy, now);
  } else if (how) {
    ngx.shared.births.set(copy, now - (Number(r.headersOut.Age) || 0));
  }
}

// -- what a 304 says anew: nginx keeps the copy's old headers

function keepNews(r) {
  const news = {};
  for (const name in r.headersOut) {
    if (!NO_NEWS.test(name) && !NEVER_NEWS.test(name)) {
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
  if (FROM_THE_ORIGIN.test(r.variables.upstream_cache_status)) {
    ngx.shared.news.delete(copy);
    return;
  }
  const news = JSON.parse(text);
  for (const name in news) {
    r.headersOut[name] = news[name];
  }
}

// -- names of copies

function place(r) {
  return r.variables.http_host + r.variables.request_uri;
}

// Copies that differ by request headers have ages of their own.
function variant(r) {
  const names = (r.headersOut.Vary || '').toString().split(',');
  return names.map(name => name.trim() && '|' + r.headersIn[name.trim()]).join('');
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

// CDN-Cache-Control (RFC 9213) is for caches like this one alone; null without it. It is a
// structured field: with a single mistake, or a time that is no number, all of it is void.
function forCdns(text) {
  const member = /^[a-z*][a-z0-9_.*-]*(=("[^"]*"|[^\s,;"]+))?(\s*;.*)?$/;
  const isWellFormed = (text || '').split(',').every(one => member.test(one.trim()));
  return isWellFormed && !/max-?age="/.test(text) ? directives(text) : null;
}

// HTTP has three formats of dates. Seconds since 1970, or null.
function readDate(text) {
  const clock = '(\\d\\d):(\\d\\d):(\\d\\d)';
  const usual = new RegExp(`^[A-Z][a-z]{2}, (\\d\\d) ([A-Z][a-z]{2}) (\\d{4}) ${clock} GMT$`);
  const short = new RegExp(`^[A-Z][a-z]+, (\\d\\d)-([A-Z][a-z]{2})-(\\d\\d) ${clock} GMT$`);
  const old = new RegExp(`^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \\d]\\d) ${clock} (\\d{4})$`);
  let parts = usual.exec(text || '');
  if (parts) {
    return seconds(Number(parts[3]), parts[2], parts[1], parts.slice(4));
  }
  parts = short.exec(text || '');
  if (parts) {
    const year = 2000 + Number(parts[3]);
    const isPast = year > new Date().getFullYear() + 50;
    return seconds(isPast ? year - 100 : year, parts[2], parts[1], parts.slice(4));
  }
  parts = old.exec(text || '');
  return parts ? seconds(Number(parts[6]), parts[1], parts[2], parts.slice(3, 6)) : null;
}

function seconds(year, month, day, clock) {
  const at = 'JanFebMarAprMayJunJulAugSepOctNovDec'.indexOf(month);
  if (at % 3) {
    return null; // also when there is no such month
  }
  const time = clock.map(Number);
  return Date.UTC(year, at / 3, Number(day), time[0], time[1], time[2]) / 1000;
}

export default { answered, arrived, version };
