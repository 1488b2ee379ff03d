"""Words that the dialogues are put together from."""

# ruff: noqa: SIM905 - lists of words read better as words

HEDGES = (
    "let me see|uh|um|hang on|one moment|er|I think|let's see|sorry|hold on|okay so|and then|"
    "then|uh let me look|just a second|what was it|wait a minute|bear with me|I mean|you know|erm"
).split("|")
ACKS = (
    "mm hmm|uh huh|okay|yeah|go ahead|right|yes|got it|mhm|I'm with you|go on|sure|yep|alright|"
    "I'm listening|carry on|and|okay next"
).split("|")
REPAIRS = (
    "no sorry|I mean|no wait|sorry that's|scratch that|correction|no it's|let me start again|"
    "actually it's|oops|rather|make that"
).split("|")
ID_NAMES = (
    "order number|confirmation number|confirmation code|booking reference|booking code|"
    "reference number|reference|case number|ticket number|tracking number|claim number|"
    "policy number|member number|member id|membership number|customer number|customer id|"
    "loyalty number|license number|driver's license number|driving licence number|license plate|"
    "plate number|plate|number plate|passport number|VIN|vin number|"
    "vehicle identification number|chassis number|IMEI|imei number|serial number|invoice number|"
    "receipt number|patient id|medical record number|chart number|insurance id|insurance number|"
    "subscriber id|group number|Medicare number|Medicaid id|national insurance number|"
    "social insurance number|tax id|taxpayer number|employee id|employee number|staff number|"
    "student id|enrolment number|reservation number|reservation code|PNR|record locator|"
    "job number|purchase order number|service tag|registration number|registration|visa number|"
    "permit number|file number|docket number|work order number|parcel number|consignment number|"
    "subscription id|device id|badge number|library card number|meter number|MRN|NHS number|"
    "prescription number|rx number|account reference|voucher code|gift card number|loan number|"
    "mortgage reference|quote number|incident number|order id|transaction id|transaction number|"
    "payment reference|frequent flyer number|check number|cheque number|ID|warranty number|"
    "repair ticket|dispute number|complaint number|lead number|contract number|lease number|"
    "certificate number|sim number|asset tag|bag tag|waybill number|return code|national id|"
    "identity card number|rewards number|application number|enquiry number"
).split("|")
ACCOUNT_NAMES = (
    "account number|bank account number|checking account number|savings account number|"
    "routing number|sort code|account|iban|account and routing number|acct number|"
    "utility account number|customer account number|current account number|bsb|transit number|"
    "brokerage account|wire account number"
).split("|")
PASS_WORDS = (
    "purple sunshine monkey rocket banana tiger winter summer coffee mountain falcon "
    "guitar pepper silver orange blue ocean cookie shadow horse river puppy castle garden "
    "thunder cherry eagle velvet candle lantern marble pickle wizard biscuit comet harbor maple "
    "paper window sandwich turtle violin pumpkin saddle pirate lemon tractor bucket glacier "
    "meadow hammer"
).split()
PETS = (
    "Biscuit Whiskers Mittens Rover Fido Rex Buster Snowball Ginger Pepper Tigger Smokey Coco "
    "Waffles Noodle Pickles Shadow Bandit Oreo Peanut Muffin Socks Patches Duke Bear Honey"
).split()
DOMAINS = (
    "gmail yahoo hotmail outlook icloud aol live protonmail comcast verizon mail btinternet "
    "fastmail example mycompany northwind brightline hollowoak superpost msn gmx zoho web "
    "quietharbor bluelantern sunfield"
).split()
TOP_DOMAINS = "com com com com net org co.uk edu io de fr us ca me co.in info biz".split()
ROLES = (
    "wife husband son daughter brother sister mother father mom dad boss manager friend neighbor "
    "uncle aunt cousin colleague partner doctor agent assistant supervisor landlord tenant "
    "roommate nurse lawyer attorney accountant teacher coach dentist therapist plumber realtor "
    "broker caregiver girlfriend boyfriend fiance grandson niece nephew client patient"
).split()
OCCUPATIONS = (
    "nurse|teacher|accountant|electrician|carpenter|psychologist|pediatrician|cardiologist|"
    "dermatologist|pharmacist|bus driver|software developer|engineer|lawyer|paralegal|barista|"
    "chef|waiter|bartender|plumber|welder|mechanic|farmer|librarian|journalist|photographer|"
    "architect|surveyor|dentist|hygienist|physiotherapist|chiropractor|optician|veterinarian|"
    "firefighter|paramedic|police officer|security guard|cashier|sales associate|store manager|"
    "project manager|product designer|data analyst|consultant|recruiter|translator|musician|"
    "actor|painter|hairdresser|tailor|florist|baker|butcher|janitor|housekeeper|nanny|"
    "social worker|counsellor|guidance counselor|psychiatrist|surgeon|oncologist|neurologist|"
    "radiologist|anesthesiologist|truck driver|pilot|flight attendant|real estate agent|"
    "financial adviser|bank teller|insurance broker|student|retired postman|gynecologist|"
    "urologist|orthodontist"
).split("|")
#: Regions by their letters as they stand behind a town; some of them are words.
REGION_CODES = (
    "OR or IN in ME me OK ok HI hi PA pa MA ma LA la DE de CO co CA NY TX WA AL MO".split()
)
SHORT_PLACES = (
    "NYC LA SF DC Philly Vegas LAX JFK SFO ORD ATL BOS DFW LHR CDG Heathrow Gatwick OKC Nola "
    "Jersey Bombay Calcutta KL HK USA UK UAE Soho Bronx Midlands Highlands Cornwall Bavaria Punjab"
).split()
LANGUAGES = (
    "English Spanish French German Italian Portuguese Mandarin Cantonese Japanese Korean Arabic "
    "Hindi Tamil Urdu Polish Russian Ukrainian Turkish Greek Dutch Swedish Tagalog Vietnamese "
    "Thai"
).split()
EVENTS = (
    "Christmas|Thanksgiving|Easter|New Year's Eve|Halloween|Diwali|Ramadan|Labor Day|"
    "the Super Bowl|the World Cup|the Olympics|Valentine's Day|Mother's Day|Black Friday|"
    "Passover|Carnival|the jazz festival|the marathon|the trade fair|the book fair|"
    "Independence Day"
).split("|")
#: In whose years of age somebody is.
DECADES = "twenties thirties forties fifties sixties seventies eighties nineties teens".split()
#: Cries, fillers and courtesies that are nobody's name.
CRIES = (
    "gosh|oh my gosh|jesus|jesus christ|good lord|oh lord|oh boy|boy oh boy|man|oh man|dear me|"
    "goodness|my goodness|golly|geez|jeez|gee|wow|whoa|ouch|oops|whoops|yikes|phew|ugh|ah|aha|"
    "ooh|hooray|hurrah|bingo|darn|damn|dang|shoot|crikey|blimey|bloody hell|holy cow|heavens|"
    "for pete's sake|for heaven's sake|christ|amen|bravo|cheers|ta|ciao|adios|howdy|yay|nope|yup|"
    "okey doke|righto|roger that|touche|voila|mamma mia|hallelujah|thank god|god bless|honey|"
    "sweetie|dude|buddy|pal|mate|sir|madam|ma'am|folks|guys|ladies and gentlemen"
).split("|")
#: Places that have no name of their own.
PLACES = (
    "airport|bus station|train station|city center|town centre|downtown area|main street|"
    "high street|corner shop|gas station|petrol station|hospital|clinic|university|college|"
    "campus|library|museum|art gallery|cathedral|church|mosque|temple|stadium|arena|theatre|"
    "theater|cinema|opera house|shopping mall|mall|market|supermarket|bakery|pharmacy|"
    "post office|town hall|courthouse|police station|fire station|harbor|pier|beach|lake|"
    "river bank|park|zoo|botanical garden|playground|parking lot|car park|garage|warehouse|"
    "office|headquarters|branch|head office|hotel|hostel|bed and breakfast|apartment|flat|"
    "studio flat|basement flat|penthouse|cottage|villa|suburbs|countryside|old town|"
    "financial district|business district|waterfront|riverside|ground floor|top floor|"
    "second floor|front desk|lobby|waiting room|emergency room|balcony|terrace|courtyard|"
    "backyard|kitchen|bedroom|living room|prison|border|coast|village|island"
).split("|")
DIRECTIONS = (
    "north south east west northeast northwest southeast southwest north-east south-west "
    "center middle left right"
).split()
#: What a thing is like, in words that are names of people and streets too.
QUALITIES = (
    "green white black brown gray grey red blue golden silver amber olive violet scarlet rose "
    "ruby hazel pink orange purple yellow small little long short big large young old sharp sweet "
    "rich strong wise fair cherry walnut maple oak pine willow cedar birch stone brick park lake "
    "garden corner hill church main court king queen hard soft dry wild fresh winter summer"
).split()
#: What is ordered, counted or carried.
GOODS = (
    "chair table plate shirt box bag car door cup tile shelf lamp curtain towel pillow sofa bike "
    "jacket coat shoe sock pen folder envelope candle bottle glass bowl bench desk wire button "
    "light apple grape pepper tea pea bean loaf coffee pizza salad burger ticket room bed pill "
    "tablet candle rose tree pot brick panel sheet card chip balloon ribbon dress tie hat pencil "
    "marker sticker tent boat truck house tower gate bus line trace wall spot square dot bar file"
).split()
BRANDS = (
    "starbucks nike adidas puma walmart costco target amazon netflix spotify hulu disney uber "
    "lyft airbnb hilton marriott sheraton hyatt toyota corolla camry prius honda civic accord "
    "ford mustang fiesta tesla chevy chevrolet malibu subaru forester kia sorento hyundai "
    "elantra bmw mercedes audi volvo jeep cherokee nissan altima sentra mazda lexus buick "
    "cadillac dodge visa mastercard paypal venmo zelle fedex ups usps dhl verizon comcast "
    "xfinity t-mobile vodafone lego xbox playstation nintendo pepsi coke sprite gatorade kleenex "
    "doritos nutella ikea lululemon zara gucci prada rolex sony bose philips siemens bosch dyson "
    "samsung pixel iphone ipad macbook kindle alexa siri google facebook instagram tiktok "
    "youtube twitter linkedin zoom slack excel photoshop mcdonald's wendy's subway domino's "
    "chipotle heinz kellogg's barbie yeti stanley"
).split()
CARS = "sedan SUV hatchback coupe minivan pickup convertible compact wagon truck van".split()
DISHES = (
    "chicken tikka masala|butter chicken|pad thai|caesar salad|margherita pizza|"
    "spaghetti carbonara|beef wellington|eggs benedict|general tso's chicken|peach melba|"
    "crepes suzette|cobb salad|sloppy joe|shirley temple|bloody mary|tom collins|earl grey|"
    "club sandwich|french fries|swiss cheese|brussels sprouts|turkey sandwich|danish pastry|"
    "belgian waffle|caramel latte|flat white|chai|oat milk cappuccino|greek salad|"
    "chili con carne|baba ganoush|jambalaya|philly cheesesteak|boston cream pie|buffalo wings|"
    "hamburger|frankfurters|champagne|bordeaux|rye bread|rum and coke|gin and tonic|basil|"
    "rosemary|sage|thyme|ginger|saffron|lamb korma|teriyaki salmon|miso soup|dim sum|falafel|"
    "shawarma|hummus|enchiladas|guacamole|tiramisu"
).split("|")
TECH = (
    "router modem firewall ethernet wifi bluetooth hotspot bandwidth latency firmware driver "
    "bios kernel linux ubuntu windows macos android chrome firefox safari outlook powerpoint "
    "github gitlab docker kubernetes python java javascript sql postgres redis kafka spark "
    "hadoop api json xml html css usb hdmi vga ssd ram gpu cpu nvidia intel amd qualcomm vpn dns "
    "dhcp tcp udp ssl oauth saml sso ldap printer toner scanner laptop dell lenovo lcd led "
    "rubber titanium plastic ergonomic prototype usability interface remote button chip sensor "
    "infrared battery charger speech recognition classifier gaussian phoneme corpus annotation "
    "transcription microphone channel segmentation spectrogram mutex webhook middleware "
    "namespace regex parser compiler debugger backend frontend dashboard widget cache cookie "
    "token cluster node pod lambda bucket queue thread socket cursor scroll wheel joystick "
    "keypad casing circuit board diode transistor voltage amplifier antenna decoder codec "
    "bitrate pixel shader mesh spline tensor gradient"
).split()
#: Parts that made-up words of a trade are put together from.
JARGON_HEADS = (
    "micro hyper trans inter multi semi para ultra infra photo thermo electro hydro geo bio "
    "crypto meta proto quasi retro sub super tele poly mono iso auto anti counter pre post re de "
    "un non"
).split()
JARGON_ROOTS = (
    "segment factor struct scope graph form plex vector cluster tect phase flux spect normal "
    "linear metric morph duct valent cyclic stat therm phon lex gram tract pulse laminat filtr "
    "calibr modul"
).split()
JARGON_TAILS = (
    "ation izer ing er ality ic al ive ness able ally ism ity ment or ator oid ized"
).split()
UNITS = (
    "milligrams mg ml mcg kilos pounds inches feet miles percent degrees gigabytes gb units "
    "meters weeks liters hours minutes seconds megabits watts volts km kg cm mm grams beats "
    "ounces tablets amps hertz megahertz millimeters centimeters yards acres gallons decibels "
    "calories"
).split()
#: Names that are words as well, the most frequent first.
WORD_FIRSTS = (
    "Mark Will Frank Grace Rose Bill Jack Nick Rob Ray Hope Joy Faith Dawn Pat Sue Penny Grant "
    "Drew Chase April June May Summer Amber Crystal Art Gene Rich Guy Autumn Ivy Violet Daisy "
    "Lily Olive Ruby Pearl Jade Ginger Sandy Misty Sunny Melody Harmony Destiny Chastity Charity "
    "Mercy Constance Patience Prudence Felicity Bliss Chance Earnest Jay Josh Miles Norm Peg "
    "Pierce Reed Rod Rusty Skip Tab Tad Trip Van Victor Ward Wade Wally Woody Dean Earl Duke "
    "Major Judge King Prince Royal Sterling Max Lance Hunter Mason Carter Parker Cooper Taylor "
    "Tanner Forest Heath Cliff Brook Stormy Sky Star Iris Holly Heather Hazel Laurel Myrtle Fern "
    "Basil Sage Angel Christian Dolly Bunny Kitty Robin Martin Jordan Paris London Georgia "
    "Virginia Carolina Austin Dallas Phoenix Chelsea Florence Sierra Savannah Madison Sydney "
    "Brooklyn Israel Kenya India"
).split()
WORD_LASTS = (
    "Case Page Field Stone Rivers Brooks Wells Banks Church Bell Bush Wood Woods Forest Glass "
    "Gold Silver Cash Price Sharp Long Short Small Little Young Old Strong Swift Wise Bright "
    "Moody Noble Rich Power Powers Love Joy Day Knight Night Winter Summers Frost Snow Rain "
    "Storm Gale Flood Marsh Moore Heath Hill Dale Lane Street Way Rhodes Bridges Gates House "
    "Hall Kitchen Chambers Temple Castle Hunter Fisher Farmer Baker Cook Butler Carpenter Mason "
    "Miller Potter Smith Taylor Weaver Fox Wolf Bear Lamb Bird Crow Drake Finch Hawk Swan Pike "
    "Bass Salmon Trout Rice Bean Berry Cherry Rose Flowers Garland Branch Root Reed Park Green "
    "Brown Black White Gray Blue English French Holland England Ireland Wales London Paris York "
    "Washington Lincoln Good Best Fine Self Friend Child Childs Man Mann Head Hand Foot Beard "
    "Cross Cruz Pope Bishop Abbott Monk Major Sargent King Queen Prince Duke Earl Law Sheriff "
    "Judge Ward Guard Guy Grove Pool Waters Penny Nichols Dollar Pound Bond Bill Loan Savage "
    "Stern Hardy Merry Darling Sweet Honey Sugar"
).split()
TITLES = (
    "mr mrs ms miss doctor dr mister missus professor Mr. Mrs. Ms. Dr. Prof. Miss Mister sir "
    "madam father sister nurse officer judge captain sergeant pastor reverend rabbi coach "
    "attorney senator aunt uncle"
).split()
SUFFIXES = "junior|senior|jr|sr|Jr.|Sr.|II|III|the third|the second|phd|MD|esquire".split("|")
MODELS = (
    "iphone|windows|galaxy s|model|mark|audi a|route|highway|interstate|level|gate|channel|line|"
    "terminal|platform|aisle|season|episode|chapter|phase|stage|type|grade|class|size|room|lane|"
    "section|figure|table|question|slide|version|release|build|sprint|mode|option|step|bay|deck|"
    "pier"
).split("|")
SONGS = (
    "ballad of|song for|dancing with|goodbye|waiting for|letter to|dear|lady|king|queen|little|"
    "the legend of|the return of|the secret of|the adventures of|sweet|long live|the tale of"
).split("|")
WEATHER = "rain snow fog wind sunshine hail thunder drizzle heat frost humidity cloud".split()
