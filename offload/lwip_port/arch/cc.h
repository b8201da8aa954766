/* SPDX-License-Identifier: Apache-2.0
   What lwIP needs from its host: memory, randomness, a place for failed assertions, a checksum and
   the TCP sizes of the instance that runs. Implemented by offload/lwip_instance.cc. */
#ifndef FLAPJACK_LWIP_ARCH_CC_H
#define FLAPJACK_LWIP_ARCH_CC_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#define FLAPJACK_LWIP_NORETURN [[noreturn]]
#else
#define FLAPJACK_LWIP_NORETURN _Noreturn
#endif

/* TCP sizes of the instance whose bytes are in the section. Plain names: lwIP reads them in #if,
   where an expression with -> or . is not allowed. */
extern uint32_t flapjack_lwip_wnd, flapjack_lwip_snd_buf;
extern uint16_t flapjack_lwip_mss;
extern uint8_t flapjack_lwip_rcv_scale, flapjack_lwip_max_rtx, flapjack_lwip_syn_max_rtx;

void *flapjack_lwip_malloc(size_t bytes);
void *flapjack_lwip_calloc(size_t count, size_t bytes);
void flapjack_lwip_free(void *memory);
uint32_t flapjack_lwip_random(void);
/* Throws through lwIP, which is built with -fexceptions. */
FLAPJACK_LWIP_NORETURN void flapjack_lwip_assert(const char *message, const char *file, int line);
int flapjack_lwip_entered(void);
uint16_t flapjack_lwip_sum(const void *data, int bytes);

#ifdef __cplusplus
}
#endif

#define LWIP_PLATFORM_DIAG(text) \
  do {                           \
    printf text;                 \
  } while (0)
#define LWIP_PLATFORM_ASSERT(text) flapjack_lwip_assert(text, __FILE__, __LINE__)
#define LWIP_RAND() flapjack_lwip_random()
#define LWIP_ERRNO_STDINCLUDE 1

#endif
