/* SPDX-License-Identifier: Apache-2.0
   lwIP 2.2.1 as a modem's firmware: no threads, raw API, IPv4, every object on the instance's heap
   (so that .data and .bss stay small, for they are copied at every switch), TCP sizes per
   instance. */
#ifndef FLAPJACK_LWIPOPTS_H
#define FLAPJACK_LWIPOPTS_H
#include "arch/cc.h"

/* One thread of control; the host enters and leaves. */
#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define LWIP_DONT_PROVIDE_BYTEORDER_FUNCTIONS 1 /* no htons() macros in C++ */
#define LWIP_ASSERT_CORE_LOCKED() \
  LWIP_ASSERT("lwIP used without an instance", flapjack_lwip_entered())

/* Memory: the host's, and no pools. */
#define MEM_ALIGNMENT 8
#define MEMP_MEM_MALLOC 1
#define MEM_CUSTOM_ALLOCATOR 1
#define MEM_CUSTOM_MALLOC flapjack_lwip_malloc
#define MEM_CUSTOM_CALLOC flapjack_lwip_calloc
#define MEM_CUSTOM_FREE flapjack_lwip_free
#define LWIP_SUPPORT_CUSTOM_PBUF 1 /* received frames stay in their Packets */
#define LWIP_STATS 0

/* Link and network layer. */
#define LWIP_ETHERNET 1
#define LWIP_ARP 1
#define ARP_QUEUEING 1
#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define LWIP_ICMP 1
#define LWIP_RAW 0
#define LWIP_DHCP 0
#define LWIP_DNS 0
#define LWIP_IGMP 0
#define LWIP_CHECKSUM_CTRL_PER_NETIF 1 /* a device may do checksums itself */
#define LWIP_CHKSUM flapjack_lwip_sum
#define LWIP_CHECKSUM_ON_COPY 1 /* summed while the payload is being copied, not once more later */

/* Transport. */
#define LWIP_UDP 1
#define LWIP_TCP 1
#define LWIP_WND_SCALE 1
#define LWIP_TCP_SACK_OUT 1
#define LWIP_TCP_TIMESTAMPS 1
#define TCP_QUEUE_OOSEQ 1
#define TCP_LISTEN_BACKLOG 1

/* Sizes per instance. For the preprocessor an unknown name is 0, so !0 puts the constant there
   that its range checks need; for the compiler the enumerator is 1, and the variable is left. */
enum { flapjack_lwip_compiled = 1 };
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1 /* the engine checks the values it is given */
#define TCP_WND (flapjack_lwip_wnd + 65535u * !flapjack_lwip_compiled)
#define TCP_SND_BUF (flapjack_lwip_snd_buf + 65535u * !flapjack_lwip_compiled)
#define TCP_MSS (flapjack_lwip_mss + 1460 * !flapjack_lwip_compiled)
#define TCP_RCV_SCALE flapjack_lwip_rcv_scale
#define TCP_MAXRTX flapjack_lwip_max_rtx
#define TCP_SYNMAXRTX flapjack_lwip_syn_max_rtx
#define TCP_OVERSIZE 1460
#define TCP_SND_QUEUELEN 65000
#define TCP_SNDLOWAT 32768
#define PBUF_POOL_BUFSIZE 1536

#endif
