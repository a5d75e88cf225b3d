/** The words short codes are made of (reference 1.5). The order is part of what a seed promises: only append. */
export const words: readonly string[] = `
acorn agate alder almond alpine amber anchor anvil apple apron arrow ashen aspen autumn badger bamboo banner barley
basil beacon beaver birch bison blossom bobbin border bramble breeze bridge bronze brook butter button cactus camel candle
canoe canyon captain carbon cargo carpet castle cedar cello cherry chestnut cinder circle citrus clover cobalt cocoa comet
copper coral cotton cradle crane cricket crimson crystal cypress daisy dapple delta desert dolphin dragon drift dune eagle
ebony echo elder ember emerald engine falcon feather fennel fern ferry fiddle finch flame flint flute forest fossil fountain
galaxy garden garlic garnet ginger glacier gopher granite gravel grove gull hammer harbor harvest hazel heather heron hickory
hollow honey horizon indigo island ivory jasmine jasper jungle juniper kettle lagoon lantern lark lattice laurel lemon lilac
linen lizard lotus lunar lupin magnet mango maple marble marigold marsh meadow melon meteor mint mirror mosaic moss mustard
nectar needle nickel nutmeg oasis ocean olive onyx orchard orchid osprey otter oyster paddle panther papaya parsley pebble
pelican pepper petal pewter pigeon pillow pine pioneer planet plum pocket pollen poplar prairie prism puffin pumpkin quarry
quartz quill rabbit radish rafter raven ribbon ripple river robin rocket rosemary ruby saddle saffron sage salmon sandal
sapphire scarlet shadow shell silver sketch slate spark sparrow spruce stone storm summer sunset tangerine temple thicket
thistle thunder tiger timber topaz torch trellis tulip tundra turtle valley velvet violet walnut willow winter wren zephyr
`
  .trim()
  .split(/\s+/);
