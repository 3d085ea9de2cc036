/*
 * The provider of mock-provider.mjs for benchmarks that ask more than a program in JavaScript can serve beside the one
 * under test: one thread, epoll, bodies sent from memory files without a copy. What it costs is in its figures.
 *
 * Usage: mock-provider LATENCY_MS MARK_AFTER NAME=START:TAIL:PATH_PART ...
 * START and TAIL are files: an answer with its head, before and after the 24 base64 letters that bear the row's number;
 * MARK_AFTER are the two bytes, in hex, that follow the checksum in those letters.
 * Lines on standard input: stats, reset, close; each answer is one line of JSON on standard output.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MAX_FD 65536
#define MAX_BODIES 8
#define PATCH_BYTES 18
#define PATCH_LETTERS 24
#define PROMPT_WINDOW 8192
/* Answers that are due at one moment leave one after the other, as over an uplink: side by side they would all end late,
   together, and stay in step for ever. */
#define MAX_SENDING 3

typedef struct { int start, tail; size_t start_size, tail_size; char path[64]; } Body;

/* phase: 0 reads a request, 1 waits for its time, 2 sends start, 3 patch, 4 tail */
typedef struct {
  char *in; size_t size, room;
  int phase; const Body *body; off_t sent; char patch[PATCH_LETTERS]; uint32_t epoch;
} Connection;

typedef struct { double at; int fd; uint32_t epoch; } Due;

static Body bodies[MAX_BODIES];
static int body_count;
static Connection *connections[MAX_FD];
static Due *queue; static size_t queue_head, queue_tail, queue_room = 65536;
static int epoll_fd, timer_fd, listen_fd;
static double latency_ms;
static unsigned char mark_after[2];
static uint32_t crc_table[256], epochs;
static int sending;
static struct { long requests, answered, in_flight, peak, connections; double bytes_in, bytes_out, first_at, last_at, cpu_from; } stats;

static void die(const char *what) { perror(what); exit(1); }
static double now_ms(clockid_t clock) { struct timespec t; clock_gettime(clock, &t); return t.tv_sec * 1e3 + t.tv_nsec / 1e6; }

static double cpu_ms(void) {
  struct rusage u; getrusage(RUSAGE_SELF, &u);
  return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

static void build_crc_table(void) {
  for (uint32_t n = 0; n < 256; n += 1) {
    uint32_t c = n;
    for (int k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
    crc_table[n] = c;
  }
}

static uint32_t crc32_of(const unsigned char *bytes, size_t size) {
  uint32_t c = 0xffffffffu;
  for (size_t at = 0; at < size; at += 1) c = crc_table[(c ^ bytes[at]) & 0xff] ^ (c >> 8);
  return c ^ 0xffffffffu;
}

/* Twelve digits, the checksum of their tEXt chunk, two bytes that never change: as base64. */
static void write_patch(long number, char *letters) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  unsigned char summed[21], raw[PATCH_BYTES];
  snprintf((char *)summed, sizeof summed, "tEXtrow%c%012ld", 0, number);
  memcpy(raw, summed + 8, 12);
  uint32_t crc = crc32_of(summed, 20);
  for (int at = 0; at < 4; at += 1) raw[12 + at] = (unsigned char)(crc >> (24 - 8 * at));
  raw[16] = mark_after[0]; raw[17] = mark_after[1];
  for (int at = 0; at < PATCH_BYTES; at += 3) {
    uint32_t word = (uint32_t)raw[at] << 16 | (uint32_t)raw[at + 1] << 8 | raw[at + 2];
    for (int letter = 0; letter < 4; letter += 1) *letters++ = alphabet[word >> (18 - 6 * letter) & 63];
  }
}

static void print_stats(void) {
  printf("{\"kind\":\"stats\",\"requests\":%ld,\"answered\":%ld,\"inFlight\":%ld,\"peakInFlight\":%ld,\"connections\":%ld,"
         "\"bytesIn\":%.0f,\"bytesOut\":%.0f,\"firstRequestAt\":%.3f,\"lastAnswerAt\":%.3f,\"cpuMs\":%.1f}\n",
         stats.requests, stats.answered, stats.in_flight, stats.peak, stats.connections, stats.bytes_in, stats.bytes_out,
         stats.first_at, stats.last_at, cpu_ms() - stats.cpu_from);
  fflush(stdout);
}

static void reset_stats(void) {
  long in_flight = stats.in_flight;
  memset(&stats, 0, sizeof stats);
  stats.in_flight = in_flight; stats.cpu_from = cpu_ms();
}

static void arm_timer(void) {
  struct itimerspec spec = {0};
  if (queue_head != queue_tail && sending < MAX_SENDING) {
    double at = queue[queue_head % queue_room].at;
    spec.it_value.tv_sec = (time_t)(at / 1e3);
    spec.it_value.tv_nsec = (long)((at - spec.it_value.tv_sec * 1e3) * 1e6) + 1;
  }
  timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

static void drop(int fd) {
  Connection *c = connections[fd];
  if (c->phase > 0) stats.in_flight -= 1;
  if (c->phase > 1) { sending -= 1; arm_timer(); }
  close(fd);
  free(c->in); free(c);
  connections[fd] = NULL;
}

/* The row's number stands near the beginning or the end of a body. */
static long mark_in(const char *text, size_t size) {
  for (size_t at = 0; at + 4 < size; at += 1) {
    if ((text[at] | 32) == 'r' && (text[at + 1] | 32) == 'o' && (text[at + 2] | 32) == 'w') {
      size_t digit = at + 3;
      if (text[digit] == ' ' || text[digit] == '_' || text[digit] == '-') digit += 1;
      if (text[digit] >= '0' && text[digit] <= '9') return strtol(text + digit, NULL, 10);
    }
  }
  return -1;
}

static const Body *body_for(const char *head) {
  const char *line = strstr(head, "\r\n");
  for (int at = 0; at < body_count; at += 1) {
    const char *found = strstr(head, bodies[at].path);
    if (found != NULL && found < line) return &bodies[at];
  }
  return &bodies[0];
}

/* Whether a whole request stands at the beginning of what was read; takes it off and waits for its time. */
static int take_request(int fd) {
  Connection *c = connections[fd];
  if (c->phase != 0 || c->size < 4) return 0;
  c->in[c->size] = 0;
  char *end = memmem(c->in, c->size, "\r\n\r\n", 4);
  if (end == NULL) return 0;
  size_t body_at = (size_t)(end - c->in) + 4, total;
  *end = 0;
  char *length = strcasestr(c->in, "\ncontent-length:");
  int chunked = strcasestr(c->in, "\ntransfer-encoding: chunked") != NULL;
  total = body_at + (length == NULL ? 0 : strtoul(length + 16, NULL, 10));
  *end = '\r';
  if (chunked) {
    char *last = memmem(c->in + body_at, c->size - body_at, "\r\n0\r\n\r\n", 7);
    if (last == NULL) return 0;
    total = (size_t)(last - c->in) + 7;
  }
  if (c->size < total) return 0;
  size_t body_size = total - body_at, window = body_size < PROMPT_WINDOW ? body_size : PROMPT_WINDOW;
  long mark = mark_in(c->in + body_at, window);
  if (mark < 0) mark = mark_in(c->in + total - window, window);
  stats.requests += 1; stats.in_flight += 1;
  if (stats.in_flight > stats.peak) stats.peak = stats.in_flight;
  if (stats.first_at == 0) stats.first_at = now_ms(CLOCK_REALTIME);
  c->body = body_for(c->in);
  write_patch(mark < 0 ? stats.requests : mark, c->patch);
  memmove(c->in, c->in + total, c->size - total);
  c->size -= total; c->phase = 1; c->sent = 0;
  if (queue_tail - queue_head == queue_room) die("too many requests");
  queue[queue_tail++ % queue_room] = (Due){now_ms(CLOCK_MONOTONIC) + latency_ms, fd, c->epoch};
  if (queue_tail - queue_head == 1) arm_timer();
  return 1;
}

static void watch(int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, &event);
}

/* Sends what the socket takes; the connection is gone when it failed. */
static void push(int fd) {
  Connection *c = connections[fd];
  while (c->phase >= 2) {
    ssize_t done; size_t whole;
    if (c->phase == 3) {
      whole = PATCH_LETTERS;
      done = send(fd, c->patch + c->sent, whole - (size_t)c->sent, MSG_MORE | MSG_NOSIGNAL);
      if (done > 0) c->sent += done;
    } else {
      int file = c->phase == 2 ? c->body->start : c->body->tail;
      whole = c->phase == 2 ? c->body->start_size : c->body->tail_size;
      done = sendfile(fd, file, &c->sent, whole - (size_t)c->sent);
    }
    if (done < 0 && errno == EAGAIN) { watch(fd, EPOLLIN | EPOLLOUT); return; }
    if (done < 0) { drop(fd); return; }
    stats.bytes_out += (double)done;
    if ((size_t)c->sent == whole) { c->phase += 1; c->sent = 0; }
    if (c->phase == 5) {
      c->phase = 0;
      sending -= 1;
      stats.in_flight -= 1; stats.answered += 1; stats.last_at = now_ms(CLOCK_REALTIME);
      watch(fd, EPOLLIN);
      arm_timer();
      take_request(fd);
    }
  }
}

static void serve_due(void) {
  uint64_t ticks;
  if (read(timer_fd, &ticks, sizeof ticks) < 0) { /* it was set anew meanwhile */ }
  double now = now_ms(CLOCK_MONOTONIC);
  while (sending < MAX_SENDING && queue_head != queue_tail && queue[queue_head % queue_room].at <= now) {
    Due due = queue[queue_head++ % queue_room];
    Connection *c = connections[due.fd];
    if (c != NULL && c->epoch == due.epoch && c->phase == 1) { c->phase = 2; sending += 1; push(due.fd); }
  }
  arm_timer();
}

static void receive(int fd) {
  Connection *c = connections[fd];
  for (;;) {
    if (c->room - c->size < 65536) c->in = realloc(c->in, (c->room = c->room * 2 + 131072) + 1);
    ssize_t got = recv(fd, c->in + c->size, c->room - c->size, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) { drop(fd); return; }
    if (got < 0) break;
    c->size += (size_t)got; stats.bytes_in += (double)got;
  }
  take_request(fd);
}

static void accept_all(void) {
  for (;;) {
    int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), one = 1;
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    connections[fd] = calloc(1, sizeof(Connection));
    connections[fd]->epoch = ++epochs;
    stats.connections += 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
  }
}

static void obey(void) {
  char text[4096]; ssize_t got = read(0, text, sizeof text - 1);
  if (got <= 0) exit(0);
  text[got] = 0;
  for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    if (strstr(line, "stats")) print_stats();
    else if (strstr(line, "reset")) reset_stats();
    else if (strstr(line, "close")) { print_stats(); exit(0); }
  }
}

static int memory_file(const char *path, size_t *size) {
  int from = open(path, O_RDONLY), to = memfd_create("body", MFD_CLOEXEC);
  if (from < 0 || to < 0) die(path);
  char buffer[65536]; ssize_t got; *size = 0;
  while ((got = read(from, buffer, sizeof buffer)) > 0) { if (write(to, buffer, (size_t)got) != got) die("memory"); *size += (size_t)got; }
  close(from);
  return to;
}

static void add_body(char *text) {
  Body *body = &bodies[body_count++];
  char *start = strtok(text, ":"), *tail = strtok(NULL, ":"), *path = strtok(NULL, "");
  body->start = memory_file(start, &body->start_size);
  body->tail = memory_file(tail, &body->tail_size);
  snprintf(body->path, sizeof body->path, "%s", path);
}

int main(int count, char **given) {
  if (count < 4) { fprintf(stderr, "usage: mock-provider LATENCY_MS MARK_AFTER START:TAIL:PATH_PART ...\n"); return 2; }
  latency_ms = atof(given[1]);
  sscanf(given[2], "%2hhx%2hhx", &mark_after[0], &mark_after[1]);
  for (int at = 3; at < count && body_count < MAX_BODIES; at += 1) add_body(given[at]);
  build_crc_table();
  queue = malloc(queue_room * sizeof *queue);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listen_fd, (struct sockaddr *)&address, size) < 0 || listen(listen_fd, 4096) < 0) die("listen");
  getsockname(listen_fd, (struct sockaddr *)&address, &size);
  int watched[] = {listen_fd, timer_fd, 0};
  for (int at = 0; at < 3; at += 1) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = watched[at]};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, watched[at], &event) < 0) die("epoll");
  }
  reset_stats();
  printf("{\"kind\":\"listening\",\"url\":\"http://127.0.0.1:%d\"}\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    struct epoll_event events[512];
    int ready = epoll_wait(epoll_fd, events, 512, -1);
    for (int at = 0; at < ready; at += 1) {
      int fd = events[at].data.fd;
      if (fd == listen_fd) accept_all();
      else if (fd == timer_fd) serve_due();
      else if (fd == 0) obey();
      else {
        if (connections[fd] != NULL && events[at].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(fd);
        if (connections[fd] != NULL && events[at].events & EPOLLOUT) push(fd);
      }
    }
  }
}
