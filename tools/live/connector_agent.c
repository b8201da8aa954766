/* SPDX-License-Identifier: Apache-2.0
 *
 * An agent outside: joins groups of a simulated node's Connector and prints what it hears, one
 * message a line, and every gap. In plain C with Linux's sockets, to be copied and changed.
 *
 *   flapjack run FILE --connector unix:PATH &
 *   flapjack_agent unix:PATH iface l4
 *   flapjack_agent udp:127.0.0.1:5000 16
 *
 * A message is struct cn_msg of linux/connector.h: idx, val, seq, ack, len, flags, data. To join a
 * group: a message to id {23, 1} with two 32-bit numbers, 1 and the group. An empty datagram says
 * goodbye. Ends when nothing has come for two seconds; 0: no gap, 1: gaps, 2: could not listen, or
 * nobody answered.
 * What is missed at the very end shows no gap, as nothing comes behind it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/connector.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { CONTROL_IDX = 23, CONTROL_VAL = 1, LISTEN = 1, GROUPS = 64, QUIET_SECONDS = 2 };

static uint32_t number(const char *text) {
  unsigned value = 0;
  return sscanf(text, "%u", &value) == 1 ? value : 0;
}

/* "iface" or "16"; 0 when it is neither. */
static uint32_t group_of(const char *text) {
  static const char *const names[] = {"iface", "conn", "ipv4", "ipv6", "l4", "ppp", "drop"};
  for (uint32_t i = 0; i < sizeof names / sizeof *names; ++i) {
    if (strcmp(text, names[i]) == 0) return 16 + i;
  }
  return number(text);
}

/* A connected datagram socket; -1 when there is none. */
static int open_unix(const char *path) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  errno = ENAMETOOLONG;
  if (strlen(path) >= sizeof at.sun_path) return -1;
  strcpy(at.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  struct sockaddr_un own = {.sun_family = AF_UNIX};
  if (bind(fd, (struct sockaddr *)&own, sizeof own.sun_family) != 0) return -1; /* any name */
  return connect(fd, (struct sockaddr *)&at, sizeof at) == 0 ? fd : -1;
}

/* HOST:PORT, numbers or names. */
static int open_udp(const char *text) {
  char host[256];
  const char *colon = strrchr(text, ':');
  errno = EDESTADDRREQ;
  if (colon == NULL || (size_t)(colon - text) >= sizeof host) return -1;
  memcpy(host, text, (size_t)(colon - text));
  host[colon - text] = '\0';
  const struct addrinfo wanted = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM};
  struct addrinfo *found = NULL;
  const int failed = getaddrinfo(host, colon + 1, &wanted, &found);
  if (failed != 0) {
    fprintf(stderr, "%s: %s\n", text, gai_strerror(failed));
    errno = EHOSTUNREACH;
    return -1;
  }
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) != 0) fd = -1;
  freeaddrinfo(found);
  return fd;
}

static int join_group(int fd, uint32_t group, uint32_t seq) {
  union {
    struct cn_msg head;
    uint8_t bytes[sizeof(struct cn_msg) + 8];
  } m;
  memset(&m, 0, sizeof m);
  m.head.id.idx = CONTROL_IDX;
  m.head.id.val = CONTROL_VAL;
  m.head.seq = seq;
  m.head.len = 8;
  const uint32_t data[2] = {LISTEN, group};
  memcpy(m.bytes + sizeof(struct cn_msg), data, sizeof data);
  return send(fd, m.bytes, sizeof m.bytes, 0) == (ssize_t)sizeof m.bytes;
}

/* Says why when it cannot. */
static int join_named(int fd, const char *at, const char *name, uint32_t seq) {
  const uint32_t group = group_of(name);
  if (group == 0) {
    fprintf(stderr, "%s: no group; a number, or iface conn ipv4 ipv6 l4 ppp drop\n", name);
    return 0;
  }
  if (!join_group(fd, group, seq)) {
    perror(at);
    return 0;
  }
  return 1;
}

/* The answer to join_group() in front of anything else of its id: its ack is the request's + 1. */
static int check_answer(const struct cn_msg *head, const uint8_t *data) {
  uint32_t code = 0;
  if (head->len != sizeof code) return 0;
  memcpy(&code, data, sizeof code);
  if (code != 0) fprintf(stderr, "agent: refused, errno %u\n", code);
  return code == 0;
}

/* The first text of the data: the event's name (see stack/wire/cn_event.h). */
static void print_event(const struct cn_msg *head, const uint8_t *data) {
  int name = 0;
  const uint8_t *text = data + 16 + 4;
  if (head->len > 20 && data[16] == 2 && data[16 + 1] + 20 <= head->len) {
    text += data[17];
    name = data[18] | data[19] << 8;
    if (20 + data[17] + name > head->len) name = 0;
  }
  printf("%u.%u #%u %.*s\n", head->id.idx, head->id.val, head->seq, name, (const char *)text);
}

/* The run is over; what has come before is still in the socket. */
static int is_reset(void) {
  return errno == ECONNRESET || errno == ECONNREFUSED;
}

/* With a time limit, a recv() that was stopped and goes on (SIGSTOP, SIGCONT) ends with EINTR. */
static ssize_t receive(int fd, uint8_t *buffer, size_t room, int flags) {
  ssize_t got;
  do {
    got = recv(fd, buffer, room, flags);
  } while (got < 0 && errno == EINTR);
  return got;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: %s unix:PATH|udp:HOST:PORT GROUP...\n", argv[0]);
    return 2;
  }
  const char *at = argv[1];
  int fd = -1;
  errno = EPROTONOSUPPORT;
  if (strncmp(at, "unix:", 5) == 0) fd = open_unix(at + 5);
  if (strncmp(at, "udp:", 4) == 0) fd = open_udp(at + 4);
  if (fd < 0) {
    perror(at);
    return 2;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  const struct timeval quiet = {.tv_sec = QUIET_SECONDS};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &quiet, sizeof quiet);
  for (int i = 2; i < argc; ++i) {
    if (!join_named(fd, at, argv[i], (uint32_t)i)) return 2;
  }
  uint8_t buffer[CONNECTOR_MAX_MSG_SIZE];
  uint32_t next[GROUPS] = {0};
  unsigned long heard = 0, missed = 0, answers = 0;
  ssize_t got;
  int flags = 0;
  while ((got = receive(fd, buffer, sizeof buffer, flags)) > 0 || (got < 0 && is_reset())) {
    if (got < 0) {
      flags = MSG_DONTWAIT;
      continue;
    }
    struct cn_msg head;
    for (size_t pos = 0; pos + sizeof head <= (size_t)got; pos += sizeof head + head.len) {
      memcpy(&head, buffer + pos, sizeof head);
      const uint8_t *data = buffer + pos + sizeof head;
      if (pos + sizeof head + head.len > (size_t)got || head.id.idx >= GROUPS) break;
      if (head.id.idx == CONTROL_IDX) {
        if (!check_answer(&head, data)) return 2;
        ++answers;
        continue;
      }
      const uint32_t gap = next[head.id.idx] == 0 ? 0 : head.seq - next[head.id.idx];
      if (gap != 0) printf("gap: %u missed of group %u\n", gap, head.id.idx);
      missed += gap;
      next[head.id.idx] = head.seq + 1;
      ++heard;
      print_event(&head, data);
    }
  }
  if (answers == 0) {
    fprintf(stderr, "%s: nobody answers\n", at);
    return 2;
  }
  send(fd, "", 0, 0);
  close(fd);
  printf("heard %lu, missed %lu\n", heard, missed);
  return missed == 0 ? 0 : 1;
}
