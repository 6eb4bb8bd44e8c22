/* SPDX-License-Identifier: MIT */
#include "proto/util.h"
